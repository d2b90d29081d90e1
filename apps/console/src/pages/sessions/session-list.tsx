import { Group, Text } from '@mantine/core';
import type { SessionSummary } from '@trunkline/control-api';
import { useList } from '../../api/use-operation.ts';
import { ChoiceFilter, ConnectorFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { ConnectorLink, PlaceLink } from '../../parts/place-link.tsx';
import { paths } from '../../parts/paths.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { Rows, type Column } from '../../parts/rows.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { targetName } from '../../parts/target-name.ts';
import { connectorOf, useAddress } from '../../parts/use-address.ts';
import { When } from '../../parts/when.tsx';
import { GoToSession } from './go-to-session.tsx';

const states = ['active', 'ended'] as const;

/** The sessions that fit the filters in the address. */
export function SessionList() {
  const address = useAddress();
  const query = { ...connectorOf(address), persona_id: address.of('persona'), state: address.oneOf('state', states) };
  const list = useList('listSessions', { query });
  return (
    <>
      <PageHeader title="Sessions" about="What conversations are bound to. Those that changed last come first.">
        <GoToSession />
      </PageHeader>
      <Group mb="md" align="flex-end">
        <ConnectorFilter />
        <TextFilter name="persona" label="Persona" placeholder="any" w={160} />
        <ChoiceFilter name="state" label="State" choices={states} />
      </Group>
      <Rows
        list={list}
        columns={columns}
        keyOf={({ session_id }) => session_id}
        label="Sessions"
        empty="No session fits these filters. One is made by the first event of a conversation."
      />
    </>
  );
}

const columns: Column<SessionSummary>[] = [
  {
    label: 'Session',
    cell: ({ session_id }) => <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>,
  },
  { label: 'State', width: 90, cell: ({ state }) => <StateBadge state={state} /> },
  {
    label: 'Made by',
    width: 170,
    cell: ({ connector }) => (connector ? <ConnectorLink connector={connector} /> : 'an operator'),
  },
  { label: 'Persona', width: 120, cell: ({ persona_id }) => <Text size="sm">{persona_id ?? '–'}</Text> },
  {
    label: 'Answers go to',
    cell: ({ reply_targets }) => (
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {reply_targets.map(targetName).join(', ') || "each turn's own target"}
      </Text>
    ),
  },
  { label: 'Last turn', width: 100, cell: ({ last_turn_at }) => <When at={last_turn_at} /> },
];
