import { Anchor, Code, Group, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { outputText } from '../../parts/output-text.ts';
import { paths } from '../../parts/paths.ts';
import { at, word } from '../../parts/read-at.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { Step } from '../../parts/steps.tsx';
import type { FoundEvent } from '../../api/found-event.ts';

/** What happened to an event, step after step. */
export function storySteps(found: FoundEvent): Step[] {
  const { turn, outputs, outcome, replays } = found;
  const steps = [takenStep(found), judgedStep(found)];
  if (turn)
    steps.push({
      title: `Turn ${turn.seq} of its conversation`,
      state: outcome === 'dead' ? 'failed' : 'done',
      at: clock(turn.at),
      detail: <Code>{turn.turn_id}</Code>,
    });
  if (turn && outputs.length === 0 && outcome !== 'dead')
    steps.push({ title: 'No answer so far', state: 'waiting', detail: 'No consumer has published an output for it.' });
  for (const output of outputs) steps.push(outputStep(output));
  for (const { event_id, status } of replays)
    steps.push({ title: `Replayed as ${event_id}`, state: status === 'rejected' ? 'failed' : 'done', detail: status });
  return steps;
}

function takenStep({ event, connector, text, conversation, actor }: FoundEvent): Step {
  return {
    title: event ? 'Taken in' : 'Not stored',
    state: event ? 'done' : 'skipped',
    at: clock(word(at(event, 'time'))),
    detail: (
      <Stack gap={2}>
        <span>
          by{' '}
          <Anchor component={Link} href={paths.connector(connector)} size="sm">
            {connector.kind}/{connector.name}
          </Anchor>
          {actor && ` from ${actor.name ?? actor.id}`}
        </span>
        {conversation !== undefined && (
          <span>
            conversation <Code>{conversation}</Code>
          </span>
        )}
        {text !== undefined && <Text size="sm">“{text}”</Text>}
      </Stack>
    ),
  };
}

const judged = {
  accepted: ['Routed into its session', 'done'],
  dead: ['Given up', 'failed'],
  rejected: ['Rejected', 'failed'],
  ignored: ['Ignored', 'skipped'],
  pending: ['Waiting for a router', 'waiting'],
} as const;

function judgedStep({ outcome, at: when, session_id, reason, group }: FoundEvent): Step {
  const [title, state] = judged[outcome];
  return {
    title: group === undefined ? title : `${title} by the group ${group}`,
    state,
    at: clock(when),
    detail: (
      <Stack gap={2}>
        {session_id !== undefined && (
          <Anchor component={Link} href={paths.session(session_id)} size="sm">
            {session_id}
          </Anchor>
        )}
        {reason && (
          <span>
            {reason.detail} <Code>{reason.code}</Code>
          </span>
        )}
      </Stack>
    ),
  };
}

function outputStep({ at: when, output, state, deliveries }: FoundEvent['outputs'][number]): Step {
  const failed = deliveries.some(({ state }) => state === 'dead' || state === 'expired' || state === 'unknown');
  const text = outputText(output);
  return {
    title: state === 'local' ? 'Answered in the session alone' : 'Answered',
    state: failed ? 'failed' : 'done',
    at: clock(when),
    detail: (
      <Stack gap={4}>
        <Text size="sm">“{text.length > 300 ? `${text.slice(0, 300)}…` : text}”</Text>
        {deliveries.map(({ delivery_id, state, connector, reason }) => (
          <Group key={delivery_id} gap="xs">
            <StateBadge state={state} />
            <Anchor component={Link} href={paths.delivery(delivery_id)} size="sm">
              to {connector.kind}/{connector.name}
            </Anchor>
            {reason && <Text size="sm">{reason.detail}</Text>}
          </Group>
        ))}
      </Stack>
    ),
  };
}

const clock = (iso: string) => (iso === '' ? undefined : new Date(iso).toLocaleTimeString('en-GB'));
