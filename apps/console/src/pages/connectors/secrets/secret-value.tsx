import { Checkbox, PasswordInput, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';

/** A value to be stored: hidden while it is typed, unless it has several lines. */
export function SecretValue(props: { label: string; value: string; onChange: (value: string) => void }) {
  const { label, value, onChange } = props;
  const [long, setLong] = useState(false);
  const input = {
    ...{ label, value, required: true, withAsterisk: false, spellCheck: false },
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <Stack gap={4}>
      {long ? (
        <Textarea {...input} autosize minRows={3} maxRows={12} autoComplete="off" />
      ) : (
        <PasswordInput
          {...input}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': `Show ${label}` }}
        />
      )}
      <Checkbox
        size="xs"
        label="Several lines"
        checked={long}
        onChange={(event) => setLong(event.currentTarget.checked)}
      />
    </Stack>
  );
}
