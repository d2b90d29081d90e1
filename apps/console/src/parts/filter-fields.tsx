import { Autocomplete, MultiSelect, Select, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { connectorKinds } from '@trunkline/events';
import { useState } from 'react';
import { useOperation } from '../api/use-operation.ts';
import { connectorOf, useAddress } from './use-address.ts';

/** What is typed into a filter; it stands in the address, and counts, a moment after the last key. */
function useTyped(name: string): { value: string; type: (text: string) => void } {
  const { of, set } = useAddress();
  const there = of(name) ?? '';
  const [text, setText] = useState(there);
  const [known, setKnown] = useState(there);
  // The address was changed by something else: a link, or the way back.
  if (known !== there) {
    setKnown(there);
    if (there !== text.trim()) setText(there);
  }
  const write = useDebouncedCallback((value: string) => set({ [name]: value.trim() }), 300);
  return {
    value: text,
    type(value) {
      setText(value);
      write(value);
    },
  };
}

/** A filter that is typed. */
export function TextFilter({
  name,
  ...props
}: { name: string } & Pick<TextInputProps, 'label' | 'placeholder' | 'description' | 'w'>) {
  const { value, type } = useTyped(name);
  return <TextInput {...props} value={value} onChange={({ currentTarget }) => type(currentTarget.value)} />;
}

/** Kind and name of a connector, as `kind` and `name` in the address. Those that there are are proposed; others may have been deleted. */
export function ConnectorFilter() {
  const { kind } = connectorOf(useAddress());
  const { value, type } = useTyped('name');
  const { data } = useOperation('listConnectors', { query: { kind, limit: 500 } });
  const names = new Set(data?.body.items.map(({ name }) => name));
  return (
    <>
      <ChoiceFilter name="kind" label="Connector kind" choices={connectorKinds} />
      <Autocomplete
        label="Connector name"
        placeholder="any"
        data={[...names]}
        limit={20}
        value={value}
        onChange={type}
        w={160}
      />
    </>
  );
}

/** A filter with a few values, or none. */
export function ChoiceFilter({ name, label, choices }: { name: string; label: string; choices: readonly string[] }) {
  const { oneOf, set } = useAddress();
  return (
    <Select
      label={label}
      placeholder="any"
      data={[...choices]}
      value={oneOf(name, choices) ?? null}
      onChange={(value) => set({ [name]: value ?? undefined })}
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      w={160}
    />
  );
}

/** A filter with a few values, of which several may count. */
export function ChoicesFilter({ name, label, choices }: { name: string; label: string; choices: readonly string[] }) {
  const { manyOf, set } = useAddress();
  const chosen = manyOf(name, choices);
  return (
    <MultiSelect
      label={label}
      placeholder={chosen.length === 0 ? 'any' : undefined}
      data={[...choices]}
      value={chosen}
      onChange={(values) => set({ [name]: values })}
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      miw={160}
    />
  );
}

/** A time in this browser's zone, kept as UTC in the address. */
export function TimeFilter({ name, label }: { name: string; label: string }) {
  const { of, set } = useAddress();
  const there = Date.parse(of(name) ?? '');
  const shown = Number.isNaN(there) ? '' : localText(new Date(there));
  const write = ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
    set({ [name]: value === '' ? undefined : new Date(value).toISOString() });
  // Half a time is none: what stands in the field is written when it is left.
  return <TextInput key={shown} type="datetime-local" label={label} defaultValue={shown} onBlur={write} w={210} />;
}

function localText(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
