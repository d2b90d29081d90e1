import { Alert, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { DeliveryView } from '@trunkline/control-api';
import { useSession } from '../../api/session.ts';
import { useChange } from '../../api/use-operation.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { When } from '../../parts/when.tsx';

/** That a delivery's target takes nothing at present, why, and the way out. */
export function TargetState({ delivery: { target_id, target_state } }: { delivery: DeliveryView }) {
  const { may } = useSession();
  const change = useChange('resetTarget', ['getDelivery']);
  const { disabled, breaker } = target_state ?? {};
  if (!disabled && !breaker) return null;
  const reset = async () => {
    await change.mutateAsync({ params: { target_id } });
    notifications.show({ message: 'The target is reset. Replay what died meanwhile.', color: 'green' });
  };
  return (
    <Alert color="orange" variant="outline" title={disabled ? 'This target is disabled' : 'This target keeps failing'}>
      <Stack gap="xs" align="flex-start">
        {disabled && (
          <Text component="div" size="sm">
            {disabled.reason} Since <When at={disabled.at} />. Every delivery to it is dead at once, until it is reset.
          </Text>
        )}
        {breaker && (
          <Text component="div" size="sm">
            {breaker.failures} failures in a row. It is tried again <When at={breaker.open_until} />.
          </Text>
        )}
        {may('operator') && (
          <ConfirmButton label="Reset target" size="xs" change={change} onConfirm={reset}>
            Do this once its owner has mended it: deliveries to it are tried again. What was refused meanwhile stays
            dead until it is replayed.
          </ConfirmButton>
        )}
      </Stack>
    </Alert>
  );
}
