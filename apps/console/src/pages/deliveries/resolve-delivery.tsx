import { Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { DeliveryView } from '@trunkline/control-api';
import { useState } from 'react';
import { useChange } from '../../api/use-operation.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { deliveryReads } from './views.ts';

/** Notes that a person has dealt with a delivery, and how. */
export function ResolveDelivery({ delivery: { delivery_id } }: { delivery: DeliveryView }) {
  const [reason, setReason] = useState('');
  const change = useChange('resolveDelivery', deliveryReads);
  const resolve = async () => {
    await change.mutateAsync({ params: { delivery_id }, body: { reason } });
    notifications.show({ message: 'Resolved. Its state stays, and bulk replays leave it out.', color: 'green' });
  };
  return (
    <ConfirmButton label="Resolve" change={change} onConfirm={resolve} ready={reason.trim() !== ''}>
      <Textarea
        label="What did you do?"
        description="Its state stays; it leaves the list of dead letters, and bulk replays leave it out."
        placeholder="told them by phone"
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
      />
    </ConfirmButton>
  );
}
