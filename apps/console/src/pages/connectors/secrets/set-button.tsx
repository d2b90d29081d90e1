import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { useChange } from '../../../api/use-operation.ts';
import { Problem } from '../../../parts/problem.tsx';
import { SecretValue } from './secret-value.tsx';

/** Stores a value under a reference of one's own choice. */
export function SetButton() {
  const [open, dialog] = useDisclosure(false);
  return (
    <>
      <Button onClick={dialog.open}>New secret</Button>
      <Modal opened={open} onClose={dialog.close} title="New secret">
        <SetForm onDone={dialog.close} />
      </Modal>
    </>
  );
}

function SetForm({ onDone }: { onDone: () => void }) {
  const [reference, setReference] = useState('');
  const [value, setValue] = useState('');
  const set = useChange('setSecret', ['listSecrets', 'getConnector', 'listConnectors']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { params: { reference }, body: { value } },
      {
        onSuccess: ({ body: { version } }) => {
          notifications.show({ color: 'green', message: `${reference} is stored, version ${version}.` });
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Reference"
          description="shared.… for all gateways, connectors.KIND.… for those of one kind."
          placeholder="shared.partner-token"
          required
          autoComplete="off"
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value.trim())}
        />
        <SecretValue label="Value" value={value} onChange={setValue} />
        {set.error && <Problem error={set.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={set.isPending} disabled={reference === '' || value === ''}>
            Store
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
