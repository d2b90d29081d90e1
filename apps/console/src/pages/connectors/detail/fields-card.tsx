import { Card } from './card.tsx';
import { flatten, Values } from './values.tsx';

/** Every field with what counts now, defaults among them. */
export function FieldsCard({ config }: { config: Readonly<Record<string, unknown>> }) {
  return (
    <Card title="Fields">
      <Values label="Fields" rows={flatten(config).filter(([key]) => key !== 'name')} />
    </Card>
  );
}
