import { PageHeader } from '../../parts/page-header.tsx';

export function Playground() {
  return <PageHeader title="Playground" />;
}
