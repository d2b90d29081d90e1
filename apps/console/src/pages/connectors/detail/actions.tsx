import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ConnectorView } from '@trunkline/control-api';
import { Link } from 'wouter';
import { useSession } from '../../../api/session.ts';
import { useChange } from '../../../api/use-operation.ts';
import { ConfirmButton } from '../../../parts/confirm-button.tsx';
import { paths } from '../../../parts/paths.ts';
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
          <Button component={Link} href={paths.editConnector({ kind, name })} variant="default">
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
        onSuccess: () => notifications.show({ color: 'green', message: `${kind}/${name} is enabled.` }),
        onError: (error) =>
          notifications.show({ color: 'red', title: 'It could not be enabled', message: error.message }),
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
    notifications.show({ color: 'green', message: `${kind}/${name} is disabled.` });
  };
  return (
    <ConfirmButton label="Disable" change={disable} onConfirm={onConfirm}>
      It takes no more events: whoever calls it gets an error. Deliveries wait until it is enabled again, or expire.
    </ConfirmButton>
  );
}
