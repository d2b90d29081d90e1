import { notifications } from '@mantine/notifications';
import type { DeliveryView } from '@trunkline/control-api';
import { useState } from 'react';
import { useSession } from '../../api/session.ts';
import { useChange } from '../../api/use-operation.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { CorrectDelivery } from './correct-delivery.tsx';
import { FreshSwitch } from './fresh-switch.tsx';
import { ResolveDelivery } from './resolve-delivery.tsx';
import { deadStates, deliveryReads } from './views.ts';

/** What an operator can do to a delivery in its state. */
export function DeliveryActions({ delivery }: { delivery: DeliveryView }) {
  const { may } = useSession();
  if (!may('operator')) return null;
  const { state, resolution, output } = delivery;
  const isDead = deadStates.some((each) => each === state);
  const isSettled = isDead || state === 'delivered' || state === 'cancelled';
  return (
    <>
      {isSettled && output && <Replay delivery={delivery} />}
      {isDead && output && !resolution && <CorrectDelivery delivery={delivery} />}
      {isDead && !resolution && <ResolveDelivery delivery={delivery} />}
      {(state === 'pending' || state === 'parked') && <Cancel delivery={delivery} />}
    </>
  );
}

function Replay({ delivery: { delivery_id, state } }: { delivery: DeliveryView }) {
  const [fresh, setFresh] = useState(false);
  const change = useChange('replayDelivery', deliveryReads);
  const replay = async () => {
    const query = fresh ? ({ fresh: 'true' } as const) : {};
    const { body } = await change.mutateAsync({ params: { delivery_id }, query });
    notifications.show({ message: `Queued again (replay ${body.replay}).`, color: 'green' });
  };
  return (
    <ConfirmButton label="Replay" change={change} onConfirm={replay}>
      <p>
        It goes to the end of its target's queue and has 24 hours to arrive.
        {state === 'delivered' && ' All of it has arrived: nothing is sent unless you start over.'}
        {state === 'unknown' && ' The platform may have it already, and may then show it twice.'}
      </p>
      <FreshSwitch checked={fresh} onChange={setFresh} />
    </ConfirmButton>
  );
}

function Cancel({ delivery: { delivery_id } }: { delivery: DeliveryView }) {
  const change = useChange('cancelDelivery', deliveryReads);
  const cancel = async () => {
    const { body } = await change.mutateAsync({ params: { delivery_id } });
    notifications.show({ message: `It has ended as ${body.state}.`, color: 'green' });
  };
  return (
    <ConfirmButton label="Cancel delivery" color="red" change={change} onConfirm={cancel}>
      It is not tried again, and the next delivery to its target goes ahead. If the platform may have taken it, it ends
      as unknown. It can be replayed later.
    </ConfirmButton>
  );
}
