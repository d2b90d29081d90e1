import { Text } from '@mantine/core';
import type { DeliveryView } from '@trunkline/control-api';
import { duration } from '../../parts/figures-in-words.ts';
import { ReasonCell } from '../../parts/reason.tsx';
import { RowsTable, type Column } from '../../parts/rows.tsx';
import { When } from '../../parts/when.tsx';

type Attempt = DeliveryView['attempts'][number];

/** The calls to the platform, newest first. */
export function Attempts({ attempts }: Pick<DeliveryView, 'attempts'>) {
  if (attempts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was tried yet.
      </Text>
    );
  return <RowsTable items={attempts.toReversed()} columns={columns} keyOf={({ n }) => String(n)} label="Attempts" />;
}

const columns: Column<Attempt>[] = [
  { label: 'No.', width: 60, cell: ({ n }) => <Text size="sm">{n}</Text> },
  { label: 'Chunk', width: 70, cell: ({ step }) => <Text size="sm">{step + 1}</Text> },
  { label: 'Outcome', width: 130, cell: ({ outcome }) => <Text size="sm">{outcome ?? 'under way'}</Text> },
  {
    label: 'Error',
    cell: ({ code, status, reason }) => (
      <ReasonCell reason={{ code: status === undefined ? code : `${code} (HTTP ${status})`, detail: reason }} />
    ),
  },
  { label: 'Platform id', cell: ({ platform_message_id }) => <Text size="sm">{platform_message_id ?? '–'}</Text> },
  { label: 'Took', width: 90, cell: ({ duration_ms }) => <Text size="sm">{duration(duration_ms)}</Text> },
  { label: 'When', width: 100, cell: ({ started_at }) => <When at={started_at} /> },
];
