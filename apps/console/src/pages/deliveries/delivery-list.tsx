import { Button, Group, Stack, Text } from '@mantine/core';
import type { DeliverySummary } from '@trunkline/control-api';
import { RefreshCw } from 'lucide-react';
import { useSession } from '../../api/session.ts';
import { useList } from '../../api/use-operation.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { paths } from '../../parts/paths.ts';
import { ReasonCell } from '../../parts/reason.tsx';
import { Rows, type Column } from '../../parts/rows.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { targetName } from '../../parts/target-name.ts';
import { useAddress } from '../../parts/use-address.ts';
import { When } from '../../parts/when.tsx';
import { BulkReplay } from './bulk-replay.tsx';
import { DeliveryFilters, deliveryQuery } from './delivery-filters.tsx';
import { useUpdatedRows } from './use-updated-rows.ts';
import type { DeliveriesView } from './views.ts';

/** The deliveries of a view that fit the filters in the address; each row follows what becomes of it. */
export function DeliveryList({ view }: { view: DeliveriesView }) {
  const { may } = useSession();
  const query = deliveryQuery(useAddress(), view);
  const list = useList('listDeliveries', { query });
  const { items, hasOthers } = useUpdatedRows(list, query);
  return (
    <>
      <DeliveryFilters view={view} />
      <Group mb="sm" gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<RefreshCw size={14} aria-hidden />}
          loading={list.isRefetching}
          onClick={() => void list.refetch()}
        >
          {hasOthers ? 'Refresh: there are others' : 'Refresh'}
        </Button>
        {may('operator') && <BulkReplay query={query} />}
      </Group>
      <Rows
        list={{ ...list, items }}
        columns={columns}
        keyOf={({ delivery_id }) => delivery_id}
        label={view.title}
        empty={view.empty}
      />
    </>
  );
}

const columns: Column<DeliverySummary>[] = [
  {
    label: 'Delivery',
    cell: ({ delivery_id, target }) => (
      <PlaceLink to={paths.delivery(delivery_id)} label={`${targetName(target)}, delivery ${delivery_id}`}>
        {targetName(target)}
      </PlaceLink>
    ),
  },
  { label: 'State', width: 130, cell: (delivery) => <State delivery={delivery} /> },
  {
    label: 'Session',
    cell: ({ session_id }) => <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>,
  },
  { label: 'Reason', cell: ({ reason }) => <ReasonCell reason={reason} /> },
  { label: 'Attempts', width: 90, cell: ({ attempt_count }) => <Text size="sm">{attempt_count}</Text> },
  { label: 'Made', width: 100, cell: ({ created_at }) => <When at={created_at} /> },
];

function State({ delivery: { state, resolution } }: { delivery: DeliverySummary }) {
  return (
    <Stack gap={2} align="flex-start">
      <StateBadge state={state} />
      {resolution && (
        <Text size="xs" c="dimmed">
          {resolution.correction ? 'corrected' : 'resolved'}
        </Text>
      )}
    </Stack>
  );
}
