import { Switch } from '@mantine/core';

/** What `fresh` does, with the choice. */
export function FreshSwitch({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <Switch
      label="Start over"
      description="Off: chunks that arrived are not sent again, and the rest keeps its idempotency keys. On: everything is sent again under new keys, so a target may show it twice."
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
}
