import { Select, TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { connectorKinds } from '@trunkline/events';
import { useState } from 'react';
import { useFilters } from './use-filters.ts';

/** A filter that is typed; it counts a moment after the last key. */
export function TextFilter({
  name,
  ...props
}: { name: string } & Pick<TextInputProps, 'label' | 'placeholder' | 'description' | 'w'>) {
  const { of, set } = useFilters();
  const there = of(name) ?? '';
  const [text, setText] = useState(there);
  const [known, setKnown] = useState(there);
  // The address was changed by something else: a link, the way back.
  if (known !== there) {
    setKnown(there);
    if (there !== text.trim()) setText(there);
  }
  const write = useDebouncedCallback((value: string) => set({ [name]: value.trim() }), 300);
  return (
    <TextInput
      {...props}
      value={text}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        write(value);
      }}
    />
  );
}

/** Kind and name of a connector, as `kind` and `name` in the address. */
export function ConnectorFilter() {
  return (
    <>
      <ChoiceFilter name="kind" label="Connector kind" choices={connectorKinds} />
      <TextFilter name="name" label="Connector name" placeholder="any" w={160} />
    </>
  );
}

/** A filter with a few values, or none. */
export function ChoiceFilter({ name, label, choices }: { name: string; label: string; choices: readonly string[] }) {
  const { oneOf, set } = useFilters();
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

/** A time in this browser's zone, kept as UTC in the address. */
export function TimeFilter({ name, label }: { name: string; label: string }) {
  const { of, set } = useFilters();
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
