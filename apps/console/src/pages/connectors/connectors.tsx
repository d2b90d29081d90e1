import { PageHeader } from '../../parts/page-header.tsx';

export function Connectors() {
  return <PageHeader title="Connectors" />;
}
