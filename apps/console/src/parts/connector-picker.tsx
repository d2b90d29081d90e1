import { Select, type SelectProps } from '@mantine/core';
import { useList } from '../api/use-operation.ts';

/** A connector as the picker names it: `kind/name`, or a kind alone for all of it. */
export function connectorOf(picked: string): { kind?: string; name?: string } {
  const slash = picked.indexOf('/');
  if (picked === '') return {};
  return slash < 0 ? { kind: picked } : { kind: picked.slice(0, slash), name: picked.slice(slash + 1) };
}

/** Picks a connector; with `kinds`, all of a kind too. One that is not in the list, because it was deleted, can still be the value. */
export function ConnectorPicker({
  value,
  onPick,
  kinds = false,
  ...select
}: { value: string; onPick: (picked: string) => void; kinds?: boolean } & Omit<
  SelectProps,
  'value' | 'onChange' | 'data'
>) {
  const { items } = useList('listConnectors', { query: { limit: 500 } });
  const names = items.map(({ kind, name }) => `${kind}/${name}`);
  const ofKinds = kinds
    ? [...new Set(items.map(({ kind }) => kind))].map((kind) => ({ value: kind, label: `all ${kind}` }))
    : [];
  const known = [...ofKinds, ...names.map((name) => ({ value: name, label: name }))];
  const missing = value !== '' && !known.some((each) => each.value === value);
  return (
    <Select
      label="Connector"
      searchable
      nothingFoundMessage="No such connector"
      {...select}
      data={missing ? [...known, { value, label: value }] : known}
      value={value === '' ? null : value}
      onChange={(picked) => onPick(picked ?? '')}
    />
  );
}
