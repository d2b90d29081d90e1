import { notifications } from '@mantine/notifications';
import type { StoredEvent } from '@trunkline/control-api';
import type { EventRef, FoundEvent } from '../../../api/found-event.ts';
import { useSession } from '../../../api/session.ts';
import { useChange } from '../../../api/use-operation.ts';
import { ConfirmButton } from '../../../parts/confirm-button.tsx';

/** Sends an event once more, where that can be done. */
export function ReplayEvent({
  params,
  found: { outcome, event },
}: {
  params: EventRef;
  found: Pick<FoundEvent, 'outcome' | 'event'>;
}) {
  const { may } = useSession();
  const change = useChange('replayEvent', ['getEvent', 'listEvents', 'listTurns']);
  if (!may('operator') || !event || outcome === 'pending' || outcome === 'ignored') return null;
  const wasTurn = outcome === 'accepted';
  const replay = async () => {
    const { body } = await change.mutateAsync({ params, query: wasTurn ? { force: 'true' } : {} });
    notifications.show(told(body));
  };
  return (
    <ConfirmButton label="Replay event" change={change} onConfirm={replay}>
      It goes into its conversation once more as a new event, under the session policy that its connector has now.
      However often you replay it, it becomes one turn.
      {wasTurn && ' It became a turn already: consumers will see it a second time.'}
    </ConfirmButton>
  );
}

function told({ status, event_id, reason }: StoredEvent) {
  switch (status) {
    case 'accepted':
      return { message: `${event_id} is a turn now.`, color: 'green' };
    case 'pending':
      return { message: `${event_id} is stored; no router has judged it yet.`, color: 'blue' };
    case 'rejected':
      return { title: `${event_id} was rejected as well`, message: reason?.detail ?? '', color: 'red' };
  }
}
