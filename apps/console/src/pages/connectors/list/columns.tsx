import { Badge, Group, Stack, Text } from '@mantine/core';
import type { ConnectorView } from '@trunkline/control-api';
import { paths } from '../../../parts/paths.ts';
import { PlaceLink } from '../../../parts/place-link.tsx';
import { durationOfSeconds, share } from '../../../parts/figures-in-words.ts';
import type { Column } from '../../../parts/rows.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { When } from '../../../parts/when.tsx';

export const columns: Column<ConnectorView>[] = [
  {
    label: 'Connector',
    cell: ({ kind, name, source }) => (
      <Group gap={6} wrap="wrap">
        <PlaceLink to={paths.connector({ kind, name })} fw={500}>
          {kind}/{name}
        </PlaceLink>
        {source === 'file' && <SourceBadge />}
      </Group>
    ),
  },
  {
    label: 'State',
    width: '30%',
    cell: ({ state, reason, in_sync: inSync }) => (
      <Stack gap={2} align="flex-start">
        <Group gap={4}>
          <StateBadge state={state} />
          {state === 'ready' && !inSync && <Text size="xs">a change is on its way</Text>}
        </Group>
        {reason !== undefined && (
          <Text size="xs" c="dimmed" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
            {reason}
          </Text>
        )}
      </Stack>
    ),
  },
  { label: 'Last event', width: 110, cell: ({ live }) => <When at={live.last_event_at} /> },
  { label: 'Last delivery', width: 120, cell: ({ live }) => <When at={live.last_delivery_at} /> },
  {
    label: 'Oldest waits',
    width: 90,
    cell: ({ live }) => <Text size="sm">{durationOfSeconds(live.backlog_age_seconds)}</Text>,
  },
  {
    label: 'Errors in 5 min',
    width: 150,
    cell: ({ live }) => (
      <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
        {share(live.event_error_rate)} in, {share(live.delivery_error_rate)} out
      </Text>
    ),
  },
];

/** It comes from the connectors file, which nothing here changes. */
export function SourceBadge() {
  return (
    <Badge variant="outline" color="gray" size="sm" tt="none">
      file, read-only
    </Badge>
  );
}
