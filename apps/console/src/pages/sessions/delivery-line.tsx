import { Anchor, Box, Button, Collapse, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { DeliverySummary } from '@trunkline/control-api';
import { useId } from 'react';
import { Link } from 'wouter';
import { useOperation } from '../../api/use-operation.ts';
import { DeliverySteps } from '../../parts/delivery-steps.tsx';
import { paths } from '../../parts/paths.ts';
import { Problem } from '../../parts/problem.tsx';
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
          {attempt_count === 1 ? '1 attempt' : `${attempt_count} attempts`}
        </Text>
        <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={open} aria-controls={chunks}>
          {open ? 'Hide chunks' : 'Chunks'}
        </Button>
        <Anchor component={Link} href={paths.delivery(delivery_id)} size="xs" aria-label={`Delivery to ${name}`}>
          Delivery
        </Anchor>
      </Group>
      {reason && (
        <Text size="xs" c="dimmed">
          {reason.code}: {reason.detail}
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
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  return data ? <DeliverySteps delivery={data.body} /> : null;
}
