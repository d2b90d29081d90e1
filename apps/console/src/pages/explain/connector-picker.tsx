import { Select, type SelectProps } from '@mantine/core';
import { kindOf } from '../../api/connector-kind.ts';
import type { EventRef } from '../../api/found-event.ts';
import { useList } from '../../api/use-operation.ts';

export type PickedConnector = Pick<EventRef, 'kind' | 'name'>;

/** Picks a connector. One that is not in the list, because it was deleted, can still be the value. */
export function ConnectorPicker({
  value,
  onPick,
  ...select
}: { value: PickedConnector | undefined; onPick: (picked: PickedConnector | undefined) => void } & Pick<
  SelectProps,
  'error' | 'withAsterisk' | 'w'
>) {
  const { items } = useList('listConnectors', { query: { limit: 500 } });
  const names = items.map(({ kind, name }) => `${kind}/${name}`);
  const shown = value ? `${value.kind}/${value.name}` : null;
  return (
    <Select
      label="Connector"
      searchable
      nothingFoundMessage="No such connector"
      {...select}
      data={shown === null || names.includes(shown) ? names : [...names, shown]}
      value={shown}
      onChange={(picked) => onPick(picked === null ? undefined : connectorIn(picked))}
    />
  );
}

/** Kinds and names never hold a slash. */
function connectorIn(text: string): PickedConnector | undefined {
  const [written, name] = text.split('/');
  const kind = kindOf(written);
  return kind && name ? { kind, name } : undefined;
}
