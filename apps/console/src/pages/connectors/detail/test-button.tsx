import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ConnectorTest } from '@trunkline/control-api';
import { useChange } from '../../../api/use-operation.ts';
import { Problem } from '../../../parts/problem.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import type { ConnectorKind } from '../../../api/connector-kind.ts';

/** Has the gateway try the connector, and shows what it found. */
export function TestButton({ kind, name }: { kind: ConnectorKind; name: string }) {
  const [open, dialog] = useDisclosure(false);
  const test = useChange('testConnector');
  const run = () => {
    dialog.open();
    test.mutate({ params: { kind, name } });
  };
  return (
    <>
      <Button variant="default" onClick={run}>
        Test
      </Button>
      <Modal opened={open} onClose={dialog.close} title={`Test of ${kind}/${name}`} size="lg">
        <Stack>
          {test.isPending && (
            <Group gap="sm">
              <Loader size="sm" aria-label="Testing" />
              <Text size="sm">Its gateway talks to the platform. This takes at most 10 s.</Text>
            </Group>
          )}
          {test.error && <Problem error={test.error} />}
          {test.data && !test.isPending && <Checks test={test.data.body} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={run} disabled={test.isPending}>
              Test again
            </Button>
            <Button onClick={dialog.close} data-autofocus>
              Close
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function Checks({ test: { passed, gateway, checks } }: { test: ConnectorTest }) {
  return (
    <>
      <Text size="sm" fw={500} role="status">
        {passed ? 'It works.' : 'It does not work.'}
      </Text>
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Checks">
        {checks.map(({ name, outcome, detail, ms }) => (
          <Group component="li" key={name} gap="sm" align="flex-start" wrap="nowrap">
            <StateBadge state={outcome} />
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <b>{name}</b>: {detail}{' '}
              <Text span size="xs" c="dimmed">
                {ms} ms
              </Text>
            </Text>
          </Group>
        ))}
      </Stack>
      <Text size="xs" c="dimmed">
        Tried by {gateway}.
      </Text>
    </>
  );
}
