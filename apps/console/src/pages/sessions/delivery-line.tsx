import { Box, Button, Collapse, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { DeliverySummary } from '@trunkline/control-api';
import { useId } from 'react';
import { useOperation } from '../../api/use-operation.ts';
import { DeliveryChunks } from '../../parts/delivery-chunks.tsx';
import { counted } from '../../parts/figures-in-words.ts';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Reason } from '../../parts/reason.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { targetName } from '../../parts/target-name.ts';

/** An output on its way to one target; its chunks when they are asked for. */
export function DeliveryLine({ delivery }: { delivery: DeliverySummary }) {
  const { delivery_id, state, target, attempt_count, reason, resolution } = delivery;
  const [open, { toggle }] = useDisclosure(false);
  const chunks = useId();
  const name = targetName(target);
  return (
    <Box>
      <Group gap="xs">
        <StateBadge state={state} />
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {counted(attempt_count, 'attempt')}
        </Text>
        <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={open} aria-controls={chunks}>
          {open ? 'Hide chunks' : 'Chunks'}
        </Button>
        <PlaceLink to={paths.delivery(delivery_id)} size="xs" label={`Delivery to ${name}`}>
          Delivery
        </PlaceLink>
      </Group>
      {reason && (
        <Text size="xs" c="dimmed">
          <Reason reason={reason} />
        </Text>
      )}
      {resolution && (
        <Text size="xs" c="dimmed">
          Resolved: {resolution.reason}
        </Text>
      )}
      <Collapse id={chunks} expanded={open}>
        {open && <Chunks deliveryId={delivery_id} />}
      </Collapse>
    </Box>
  );
}

function Chunks({ deliveryId }: { deliveryId: string }) {
  const { data, error, refetch } = useOperation('getDelivery', { params: { delivery_id: deliveryId } });
  if (!data) return <Loading error={error} retry={() => void refetch()} />;
  return <DeliveryChunks delivery={data.body} />;
}
