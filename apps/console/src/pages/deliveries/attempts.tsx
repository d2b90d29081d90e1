import { Text } from '@mantine/core';
import type { DeliveryView } from '@trunkline/control-api';
import { Rows, type Column } from '../../parts/rows.tsx';
import { When } from '../../parts/when.tsx';

type Attempt = DeliveryView['attempts'][number];

/** The calls to the platform, newest first. */
export function Attempts({ attempts }: Pick<DeliveryView, 'attempts'>) {
  const list = { items: attempts.toReversed(), isPending: false, error: null, hasNextPage: false };
  const none = { isFetchingNextPage: false, fetchNextPage: () => undefined, refetch: () => undefined };
  return (
    <Rows
      list={{ ...list, ...none }}
      columns={columns}
      keyOf={({ n }) => String(n)}
      label="Attempts"
      empty="Nothing was tried yet."
    />
  );
}

const columns: Column<Attempt>[] = [
  { label: 'No.', width: 60, cell: ({ n }) => <Text size="sm">{n}</Text> },
  { label: 'Chunk', width: 70, cell: ({ step }) => <Text size="sm">{step + 1}</Text> },
  { label: 'Outcome', width: 130, cell: ({ outcome }) => <Text size="sm">{outcome ?? 'under way'}</Text> },
  { label: 'Error', cell: (attempt) => <Fault attempt={attempt} /> },
  { label: 'Platform id', cell: ({ platform_message_id }) => <Text size="sm">{platform_message_id ?? '–'}</Text> },
  {
    label: 'Took',
    width: 90,
    cell: ({ duration_ms }) => (
      <Text size="sm">{duration_ms === undefined ? '–' : `${Math.round(duration_ms)} ms`}</Text>
    ),
  },
  { label: 'When', width: 100, cell: ({ started_at }) => <When at={started_at} /> },
];

function Fault({ attempt: { code, status, reason } }: { attempt: Attempt }) {
  if (code === undefined) return <Text size="sm">–</Text>;
  return (
    <div>
      <Text size="sm">{status === undefined ? code : `${code} (HTTP ${status})`}</Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {reason}
      </Text>
    </div>
  );
}
