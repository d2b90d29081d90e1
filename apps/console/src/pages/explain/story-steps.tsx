import { Code, Stack, Text } from '@mantine/core';
import { paths } from '../../parts/paths.ts';
import { answerSteps } from '../../parts/answer-steps.tsx';
import { ConnectorLink, PlaceLink } from '../../parts/place-link.tsx';
import { at, word } from '../../parts/read-at.ts';
import { Reason } from '../../parts/reason.tsx';
import type { Step } from '../../parts/steps.tsx';
import type { FoundEvent } from '../../api/found-event.ts';

/** What happened to an event, step after step. */
export function storySteps(found: FoundEvent): Step[] {
  const { turn, outputs, outcome, replays } = found;
  const steps = [takenStep(found), judgedStep(found)];
  if (turn)
    steps.push({
      title: `Turn ${turn.seq} of its session`,
      state: outcome === 'dead' ? 'failed' : 'done',
      at: clock(turn.at),
      detail: <Code>{turn.turn_id}</Code>,
    });
  if (turn && outputs.length === 0 && outcome !== 'dead')
    steps.push({ title: 'No answer so far', state: 'waiting', detail: 'No consumer has published an output for it.' });
  for (const output of outputs) steps.push(...answerSteps(output, clock));
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
          by <ConnectorLink connector={connector} />
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
        {session_id !== undefined && <PlaceLink to={paths.session(session_id)}>{session_id}</PlaceLink>}
        {reason && (
          <span>
            <Reason reason={reason} />
          </span>
        )}
      </Stack>
    ),
  };
}

const clock = (iso: string) => (iso === '' ? undefined : new Date(iso).toLocaleTimeString('en-GB'));
