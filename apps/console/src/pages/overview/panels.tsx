import { Group, Stack, Table, Text, Tooltip } from '@mantine/core';
import type { Overview } from '@trunkline/control-api';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { counted, shortCount, size } from '../../parts/figures-in-words.ts';
import { Troubled } from './troubled.tsx';

/** The connectors by their state, and those that do not work. */
export function Connectors({ overview: { connectors } }: { overview: Overview }) {
  const states = (['ready', 'degraded', 'unknown', 'disabled'] as const).filter(
    (state) => state === 'ready' || connectors[state] > 0,
  );
  return (
    <Panel title="Connectors">
      <Group gap="md" mb={connectors.degraded + connectors.unknown > 0 ? 'sm' : 0}>
        {states.map((state) => (
          <Group key={state} gap={6} wrap="nowrap">
            <StateBadge state={state} />
            <PlaceLink to={paths.connectors({ state })} label={`${connectors[state]} ${state}`}>
              {shortCount(connectors[state])}
            </PlaceLink>
          </Group>
        ))}
      </Group>
      <Stack gap="xs">
        <Troubled state="degraded" count={connectors.degraded} />
        <Troubled state="unknown" count={connectors.unknown} />
      </Stack>
    </Panel>
  );
}

/** Processes that run, by what they are. The control plane is there: it answered. */
export function Processes({ overview: { gateways, routers } }: { overview: Overview }) {
  const kinds = [...new Set(gateways.map(({ kind }) => kind))].sort();
  const namesOf = (kind: string) => gateways.filter((each) => each.kind === kind).map(({ gateway }) => gateway);
  return (
    <Panel title="What runs">
      <Table verticalSpacing={4} aria-label="What runs">
        <Table.Tbody>
          <Process name="session-router" replicas={routers} />
          {kinds.map((kind) => (
            <Process key={kind} name={`${kind}-gateway`} replicas={namesOf(kind).length} of={namesOf(kind)} />
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function Process({ name, replicas, of = [] }: { name: string; replicas: number; of?: readonly string[] }) {
  const words = replicas === 0 ? 'none' : counted(replicas, 'replica');
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {name}
      </Table.Th>
      <Table.Td ta="right">
        <Tooltip label={of.join(', ')} disabled={of.length === 0}>
          <Text span size="sm" c={replicas === 0 ? 'red' : undefined}>
            {words}
          </Text>
        </Tooltip>
      </Table.Td>
    </Table.Tr>
  );
}

/** What the bus holds. */
export function Streams({ overview: { streams } }: { overview: Overview }) {
  return (
    <Panel title="On the bus">
      <Table verticalSpacing={4} aria-label="On the bus">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Stream</Table.Th>
            <Table.Th ta="right">Messages</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {streams.map(({ stream, messages, bytes }) => (
            <Table.Tr key={stream}>
              <Table.Td>{stream}</Table.Td>
              <Table.Td ta="right">{shortCount(messages)}</Table.Td>
              <Table.Td ta="right">{size(bytes)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}
