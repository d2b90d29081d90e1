import { PageHeader } from '../../parts/page-header.tsx';

export function Live() {
  return <PageHeader title="Live" />;
}
