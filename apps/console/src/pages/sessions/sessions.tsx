import { PageHeader } from '../../parts/page-header.tsx';

export function Sessions() {
  return <PageHeader title="Sessions" />;
}
