import { Group, Text } from '@mantine/core';
import type { EventSummary } from '@trunkline/control-api';
import { useList } from '../../../api/use-operation.ts';
import { ChoicesFilter, ConnectorFilter, TextFilter, TimeFilter } from '../../../parts/filter-fields.tsx';
import { ConnectorLink, PlaceLink } from '../../../parts/place-link.tsx';
import { paths } from '../../../parts/paths.ts';
import { ReasonCell } from '../../../parts/reason.tsx';
import { Rows, type Column } from '../../../parts/rows.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { connectorOf, timesOf, useAddress } from '../../../parts/use-address.ts';
import { When } from '../../../parts/when.tsx';

const outcomes = ['accepted', 'rejected', 'ignored', 'dead'] as const;

/** What came in, by what became of it. */
export function EventList() {
  const address = useAddress();
  const outcome = address.manyOf('outcome', outcomes);
  const list = useList('listEvents', {
    query: {
      ...connectorOf(address),
      ...timesOf(address),
      session_id: address.of('session'),
      ...(outcome.length > 0 && { outcome }),
    },
  });
  return (
    <>
      <Group mb="md" align="flex-end">
        <ChoicesFilter name="outcome" label="Outcome" choices={outcomes} />
        <ConnectorFilter />
        <TextFilter name="session" label="Session" placeholder="its id" w={160} />
        <TimeFilter name="since" label="Since" />
        <TimeFilter name="before" label="Before" />
      </Group>
      <Rows
        list={list}
        columns={columns}
        keyOf={({ connector, event_id, outcome, at }) =>
          `${connector.kind}/${connector.name}/${event_id} ${outcome} ${at}`
        }
        label="Events"
        empty="No event fits these filters. Send one to a connector and it appears here."
      />
    </>
  );
}

const columns: Column<EventSummary>[] = [
  {
    label: 'Event',
    cell: (event) => (
      <div>
        <PlaceLink to={paths.event(event)}>{event.event_id}</PlaceLink>
        {event.text !== undefined && (
          <Text size="xs" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
            {event.actor?.name ?? event.actor?.id}: {event.text}
          </Text>
        )}
      </div>
    ),
  },
  { label: 'Outcome', width: 110, cell: ({ outcome }) => <StateBadge state={outcome} /> },
  {
    label: 'Connector',
    width: 160,
    cell: ({ connector }) => <ConnectorLink connector={connector} />,
  },
  {
    label: 'Result',
    cell: ({ session_id, reason }) =>
      reason ? (
        <ReasonCell reason={reason} />
      ) : (
        session_id && <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>
      ),
  },
  { label: 'When', width: 100, cell: ({ at }) => <When at={at} /> },
];
