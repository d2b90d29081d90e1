import { Button, Group, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { paths } from '../../parts/paths.ts';

/** Opens a session whose id is known. */
export function GoToSession() {
  const [id, setId] = useState('');
  const [, goTo] = useLocation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (id.trim() !== '') goTo(paths.session(id.trim()));
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" wrap="nowrap">
        <TextInput
          aria-label="Session id"
          placeholder="Session id"
          value={id}
          onChange={({ currentTarget }) => setId(currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Open
        </Button>
      </Group>
    </form>
  );
}
