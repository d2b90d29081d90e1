import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { ControlRefusedError } from '@trunkline/control-api';
import { useLocation } from 'wouter';
import { useChange } from '../../../api/use-operation.ts';
import { Problem } from '../../../parts/problem.tsx';
import type { ConnectorKind } from '../../../api/connector-kind.ts';

/** Deletes a connector. Where others refer to it, shows who, and offers to clear that first. */
export function DeleteButton({ kind, name }: { kind: ConnectorKind; name: string }) {
  const [open, dialog] = useDisclosure(false);
  const [, goTo] = useLocation();
  const remove = useChange('deleteConnector', ['listConnectors', 'listSecrets']);
  const begin = () => {
    remove.reset();
    dialog.open();
  };
  const confirm = (force: boolean) =>
    remove.mutate(
      { params: { kind, name }, query: force ? { force: 'true' } : {} },
      {
        onSuccess: ({ body }) => {
          goTo('/connectors');
          notifications.show({ color: 'green', title: `${kind}/${name} is deleted`, message: said(body) });
        },
      },
    );
  const referrers = referrersIn(remove.error);
  return (
    <>
      <Button color="red" variant="outline" onClick={begin}>
        Delete
      </Button>
      <Modal opened={open} onClose={dialog.close} title={`Delete ${kind}/${name}`}>
        <Stack>
          <Text size="sm">
            Its own stored secrets are deleted with it. Deliveries that wait for it are kept until they expire.
          </Text>
          {remove.error && <Problem error={remove.error} />}
          {referrers.length > 0 && (
            <List size="sm" aria-label="What refers to it">
              {referrers.map((each) => (
                <List.Item key={each} style={{ overflowWrap: 'anywhere' }}>
                  {each}
                </List.Item>
              ))}
            </List>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button color="red" loading={remove.isPending} onClick={() => confirm(referrers.length > 0)} data-autofocus>
              {referrers.length > 0 ? 'Clear these references and delete' : 'Delete'}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** What names the connector, as a refusal tells it. */
function referrersIn(error: unknown): string[] {
  if (!(error instanceof ControlRefusedError) || error.problem.code !== 'connector_in_use') return [];
  const { connectors, sessions } = error.problem;
  const names = (given: unknown, what: string) => (Array.isArray(given) ? given.map((each) => `${what} ${each}`) : []);
  return [...names(connectors, 'connector'), ...names(sessions, 'session')];
}

function said(body: { deleted_secrets: string[]; cleared: { connectors: string[]; sessions: string[] } }): string {
  const cleared = [...body.cleared.connectors, ...body.cleared.sessions];
  const secrets = body.deleted_secrets.length > 0 ? `Secrets deleted: ${body.deleted_secrets.join(', ')}.` : '';
  return [secrets, cleared.length > 0 ? `References cleared: ${cleared.join(', ')}.` : ''].join(' ').trim() || 'Done.';
}
