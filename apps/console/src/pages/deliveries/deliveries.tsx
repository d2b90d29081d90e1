import { PageHeader } from '../../parts/page-header.tsx';

export function Deliveries() {
  return <PageHeader title="Deliveries" />;
}
