import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useAddressField } from './use-address-field.ts';

/** A filter that is typed; it stands in the address under `field` a moment after the last key. */
export function AddressText({ field, ...input }: { field: string } & Omit<TextInputProps, 'value' | 'onChange'>) {
  const [value, setValue] = useAddressField(field);
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // The address was changed by something else: a link, or the way back.
  if (value !== known) {
    setKnown(value);
    if (value !== text.trim()) setText(value);
  }
  const keep = useDebouncedCallback(setValue, 300);
  return (
    <TextInput
      {...input}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        keep(currentTarget.value.trim());
      }}
    />
  );
}
