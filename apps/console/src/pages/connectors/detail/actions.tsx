import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ConnectorView } from '@trunkline/control-api';
import { Link } from 'wouter';
import { useSession } from '../../../api/session.ts';
import { useChange } from '../../../api/use-operation.ts';
import { ConfirmButton } from '../../../parts/confirm-button.tsx';
import { DeleteButton } from './delete-button.tsx';
import { TestButton } from './test-button.tsx';

/** What who is signed in may do with a connector. */
export function Actions({ view }: { view: ConnectorView }) {
  const { may } = useSession();
  const { kind, name } = view;
  const isOurs = view.source === 'runtime';
  return (
    <>
      {may('operator') && <TestButton kind={kind} name={name} />}
      {may('operator') && isOurs && (view.state === 'disabled' ? <Enable view={view} /> : <Disable view={view} />)}
      {may('admin') && isOurs && (
        <>
          <Button component={Link} href={`/connectors/${kind}/${name}/edit`} variant="default">
            Edit
          </Button>
          <DeleteButton kind={kind} name={name} />
        </>
      )}
    </>
  );
}

const refreshed = ['listConnectors', 'getConnector'] as const;

function Enable({ view: { kind, name } }: { view: ConnectorView }) {
  const enable = useChange('enableConnector', refreshed);
  const onClick = () =>
    enable.mutate(
      { params: { kind, name } },
      {
        onSuccess: () => notifications.show({ color: 'green', message: `${kind}/${name} is switched on.` }),
        onError: (error) =>
          notifications.show({ color: 'red', title: 'It is not switched on', message: error.message }),
      },
    );
  return (
    <Button onClick={onClick} loading={enable.isPending}>
      Enable
    </Button>
  );
}

function Disable({ view: { kind, name } }: { view: ConnectorView }) {
  const disable = useChange('disableConnector', refreshed);
  const onConfirm = async () => {
    await disable.mutateAsync({ params: { kind, name } });
    notifications.show({ color: 'green', message: `${kind}/${name} is switched off.` });
  };
  return (
    <ConfirmButton label="Disable" change={disable} onConfirm={onConfirm}>
      It takes nothing in any more: who calls it gets an error. Deliveries wait until it is enabled again or they
      expire.
    </ConfirmButton>
  );
}
