import { Group, List, Stack, Text } from '@mantine/core';
import { kindOf } from '../../../api/connector-kind.ts';
import type { EventRef, FoundEvent } from '../../../api/found-event.ts';
import { useOperation } from '../../../api/use-operation.ts';
import { DeliveryInLine } from '../../../parts/answer-steps.tsx';
import { Facts } from '../../../parts/facts.tsx';
import { useIdInAddress } from '../../../parts/use-id-in-address.ts';
import { JsonView } from '../../../parts/json-view.tsx';
import { Loading } from '../../../parts/loading.tsx';
import { ConnectorLink, PlaceLink } from '../../../parts/place-link.tsx';
import { paths } from '../../../parts/paths.ts';
import { PageHeader } from '../../../parts/page-header.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Reason } from '../../../parts/reason.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { When } from '../../../parts/when.tsx';
import { ReplayEvent } from './replay-event.tsx';

/** One event: what it says, what became of it, and its replays. */
export function EventPage({ kind: written, name }: { kind: string; name: string }) {
  const event_id = useIdInAddress(`/deliveries/events/${written}/${name}/`);
  const kind = kindOf(written) ?? 'http';
  return <Found key={`${kind}/${name}/${event_id}`} params={{ kind, name, event_id }} />;
}

function Found({ params }: { params: EventRef }) {
  const { data, error, refetch } = useOperation('getEvent', { params }, { everyMs: 5_000 });
  const found = data?.body;
  return (
    <>
      <PageHeader title="Event" about={<Heading id={params.event_id} found={found} />}>
        {found && <ReplayEvent params={params} found={found} />}
      </PageHeader>
      {found ? <About found={found} /> : <Loading error={error} retry={() => void refetch()} />}
    </>
  );
}

function Heading({ id, found }: { id: string; found: FoundEvent | undefined }) {
  return (
    <Group gap="xs">
      {found && <StateBadge state={found.outcome} />}
      <span>{id}</span>
      <PlaceLink to="/deliveries/events">All events</PlaceLink>
    </Group>
  );
}

function About({ found }: { found: FoundEvent }) {
  const { connector, type, conversation, actor, session_id, turn_id, at, reason, group, replay_of, event } = found;
  return (
    <Stack gap="md">
      {reason && (
        <Text size="sm" role="status">
          <Reason reason={reason} />
        </Text>
      )}
      <Facts
        facts={{
          Connector: <ConnectorLink connector={connector} />,
          Type: type,
          Conversation: conversation,
          From: actor && (actor.name ?? actor.id),
          Session: session_id && <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>,
          Turn: turn_id,
          'Given up by': group,
          Decided: <When at={at} />,
          'Replay of': replay_of && (
            <PlaceLink to={paths.event({ connector, event_id: replay_of })}>{replay_of}</PlaceLink>
          ),
        }}
      />
      <Replays found={found} />
      <Outputs found={found} />
      {event ? (
        <Panel title="The event">
          <JsonView value={event} label="Event as JSON" />
        </Panel>
      ) : (
        <Text size="sm" c="dimmed">
          What it said was never stored: it was refused or ignored before that.
        </Text>
      )}
    </Stack>
  );
}

function Replays({ found: { replays, connector } }: { found: FoundEvent }) {
  if (replays.length === 0) return null;
  return (
    <Panel title="Replays">
      <List size="sm" listStyleType="none">
        {replays.map(({ event_id, status, reason }) => (
          <List.Item key={event_id}>
            <Group gap="xs">
              <StateBadge state={status} />
              <PlaceLink to={paths.event({ connector, event_id })}>{event_id}</PlaceLink>
              {reason && (
                <Text size="xs">
                  <Reason reason={reason} />
                </Text>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}

function Outputs({ found: { outputs } }: { found: FoundEvent }) {
  const deliveries = outputs.flatMap((output) => output.deliveries);
  if (deliveries.length === 0) return null;
  return (
    <Panel title="Deliveries of its answers">
      <List size="sm" listStyleType="none">
        {deliveries.map((delivery) => (
          <List.Item key={delivery.delivery_id}>
            <DeliveryInLine delivery={delivery} />
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}
