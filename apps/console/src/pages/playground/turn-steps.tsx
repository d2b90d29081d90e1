import { Anchor, Code, Group, Text } from '@mantine/core';
import type { OutputView } from '@trunkline/control-api';
import { Link } from 'wouter';
import { paths } from '../../parts/paths.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import type { Step } from '../../parts/steps.tsx';
import { at, word } from '../../parts/read-at.ts';
import type { Exchange } from './use-exchanges.ts';
import type { Said } from './use-saying.ts';

/** The way of a message: of the one that is on its way now, else of the turn that is looked at. */
export function turnSteps({
  open,
  shown,
  connector,
}: {
  open: Said | undefined;
  shown: Exchange | undefined;
  connector: string;
}): Step[] {
  if (open) return openSteps(open, connector);
  if (!shown) return [{ title: 'Nothing was said yet', state: 'waiting' }];
  const { turn, outputs, growing } = shown;
  const since = startOf(shown);
  return [
    storedStep(shown),
    {
      title: `Turn ${turn.seq} of its session`,
      state: 'done',
      at: after(since, turn.at),
      detail: (
        <Anchor component={Link} href={paths.session(turn.session_id)} size="sm">
          {turn.session_id}
        </Anchor>
      ),
    },
    ...(outputs.length === 0 ? [waitingStep(growing)] : []),
    ...outputs.flatMap((output) => answerSteps(output, since)),
  ];
}

function openSteps({ state, answer, error, ms }: Said, connector: string): Step[] {
  const refused = answer?.status === 'refused' || error !== undefined;
  const taken: Step = {
    title: refused ? 'Not taken in' : `Taken in by http/${connector}`,
    state: refused ? 'failed' : state === 'sending' ? 'waiting' : 'done',
    at: ms === undefined ? undefined : `${ms} ms`,
    detail: refused ? (answer?.reason?.detail ?? word(at(error, 'message'))) : undefined,
  };
  if (refused) return [taken];
  const rejected = answer?.status === 'rejected';
  return [
    taken,
    {
      title: rejected ? 'Rejected by the router' : 'Routed into its session',
      state: rejected ? 'failed' : 'waiting',
      detail: answer?.reason && (
        <>
          {answer.reason.detail} <Code>{answer.reason.code}</Code>
        </>
      ),
    },
  ];
}

function storedStep({ turn }: Exchange): Step {
  const { kind, name } = turn.connector;
  const eventId = turn.event.id;
  return {
    title: `Taken in by ${kind}/${name} and stored`,
    state: 'done',
    at: word(at(turn.event, 'time')).slice(11, 23),
    detail: (
      <>
        event{' '}
        <Anchor component={Link} href={paths.explained({ connector: { kind, name }, event_id: eventId })} size="sm">
          {eventId}
        </Anchor>
      </>
    ),
  };
}

function waitingStep(growing: Exchange['growing']): Step {
  const length = growing.reduce((sum, { text }) => sum + text.length, 0);
  if (length > 0) return { title: 'The answer grows', state: 'waiting', detail: `${length} characters so far` };
  return {
    title: 'Waiting for an answer',
    state: 'waiting',
    detail: 'A consumer takes the turn and publishes an output.',
  };
}

function answerSteps({ output_id, at: when, state, deliveries }: OutputView, since: string): Step[] {
  const answered: Step = {
    title: 'Answered',
    state: 'done',
    at: after(since, when),
    detail: (
      <>
        output <Code>{output_id}</Code>
      </>
    ),
  };
  if (state === 'local')
    return [
      answered,
      { title: 'Not delivered', state: 'skipped', detail: 'It has no reply target: it stays in the session.' },
    ];
  if (deliveries.length === 0) return [answered, { title: 'Waiting for its delivery', state: 'waiting' }];
  return [answered, ...deliveries.map((delivery) => deliveryStep(delivery, since))];
}

const deliveryStates: Readonly<Record<string, Step['state']>> = {
  delivered: 'done',
  dead: 'failed',
  expired: 'failed',
  unknown: 'failed',
  cancelled: 'skipped',
};

function deliveryStep(delivery: OutputView['deliveries'][number], since: string): Step {
  const { delivery_id, state, target, settled_at, reason } = delivery;
  return {
    title: `Delivery to ${target.type}`,
    state: deliveryStates[state] ?? 'waiting',
    at: settled_at === undefined ? undefined : after(since, settled_at),
    detail: (
      <Group gap="xs">
        <StateBadge state={state} />
        <Anchor component={Link} href={paths.delivery(delivery_id)} size="sm">
          {word(target['url']) || delivery_id}
        </Anchor>
        {reason && <Text size="sm">{reason.detail}</Text>}
      </Group>
    ),
  };
}

const startOf = ({ turn }: Exchange) => word(at(turn.event, 'time')) || turn.at;
/** Clocks of different machines may disagree by more than it took. */
const after = (since: string, at: string) => `+${Math.max(0, Date.parse(at) - Date.parse(since))} ms`;
