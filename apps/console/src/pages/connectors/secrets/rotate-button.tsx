import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent } from 'react';
import { useChange, useOperation } from '../../../api/use-operation.ts';
import { Problem } from '../../../parts/problem.tsx';
import { When } from '../../../parts/when.tsx';
import { GraceInput } from '../form/secret-input.tsx';
import { SecretValue } from './secret-value.tsx';

/** Stores a new value for a secret; the one before counts on for a while. */
export function RotateButton({ field, reference }: { field: string; reference: string }) {
  const [open, dialog] = useDisclosure(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={dialog.open} aria-label={`Rotate ${field}`}>
        Rotate
      </Button>
      <Modal opened={open} onClose={dialog.close} title={`New value of ${field}`} size="lg">
        <Rotation reference={reference} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function Rotation({ reference, onDone }: { reference: string; onDone: () => void }) {
  const [value, setValue] = useState('');
  const [grace, setGrace] = useState<number>();
  const set = useChange('setSecret', ['listSecrets', 'getConnector', 'listConnectors']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { value, ...(grace !== undefined && { grace_seconds: grace }) };
    set.mutate(
      { params: { reference }, body },
      {
        onSuccess: ({ body: { version } }) => {
          notifications.show({ color: 'green', message: `${reference} has version ${version} now.` });
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">
          It is stored under {reference} and reaches every gateway within two seconds. Nobody can read it back.
        </Text>
        <SecretValue label="New value" value={value} onChange={setValue} />
        <GraceInput seconds={grace} onChange={setGrace} of={reference} />
        <Versions reference={reference} />
        {set.error && <Problem error={set.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={set.isPending} disabled={value === ''}>
            Store
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The values that count now, without the values. */
export function Versions({ reference }: { reference: string }) {
  const { data, error } = useOperation('listSecrets', { query: { prefix: reference } });
  if (error) return <Problem error={error} />;
  const versions = data?.body.items.find((each) => each.reference === reference)?.versions ?? [];
  if (versions.length === 0) return undefined;
  return (
    <Table aria-label="Versions" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          {['Version', 'Stored', 'Counts until', 'Last used'].map((label) => (
            <Table.Th key={label}>{label}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {versions.map(({ version, created_at: at, expires_at: until, last_used_at: used }) => (
          <Table.Tr key={version}>
            <Table.Td>{version}</Table.Td>
            <Table.Td>
              <When at={at} />
            </Table.Td>
            <Table.Td>{until === undefined ? 'it is replaced' : <When at={until} />}</Table.Td>
            <Table.Td>
              <When at={used} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
