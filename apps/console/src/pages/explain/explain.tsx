import { PageHeader } from '../../parts/page-header.tsx';

export function Explain() {
  return <PageHeader title="Explain" />;
}
