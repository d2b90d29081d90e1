import { answerSteps } from '../../parts/answer-steps.tsx';
import { paths } from '../../parts/paths.ts';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Reason } from '../../parts/reason.tsx';
import type { Step } from '../../parts/steps.tsx';
import { at, word } from '../../parts/read-at.ts';
import type { Exchange } from './use-exchanges.ts';
import type { InFlight } from './use-saying.ts';

/** The way of a message: of the one that is on its way now, else of the turn that is looked at. */
export function turnSteps({
  open,
  shown,
  connector,
}: {
  open: InFlight | undefined;
  shown: Exchange | undefined;
  connector: string;
}): Step[] {
  if (open) return openSteps(open, connector);
  if (!shown) return [{ title: 'Nothing has been said yet', state: 'waiting' }];
  const { turn, outputs, growing } = shown;
  const since = startOf(shown);
  return [
    storedStep(shown),
    {
      title: `Turn ${turn.seq} of its session`,
      state: 'done',
      at: after(since, turn.at),
      detail: <PlaceLink to={paths.session(turn.session_id)}>{turn.session_id}</PlaceLink>,
    },
    ...(outputs.length === 0 ? [waitingStep(growing)] : []),
    ...outputs.flatMap((output) => answerSteps(output, (iso) => after(since, iso))),
  ];
}

function openSteps({ state, answer, error, ms }: InFlight, connector: string): Step[] {
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
      detail: answer?.reason && <Reason reason={answer.reason} />,
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
        event <PlaceLink to={paths.explained({ connector: { kind, name }, event_id: eventId })}>{eventId}</PlaceLink>
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

const startOf = ({ turn }: Exchange) => word(at(turn.event, 'time')) || turn.at;
/** Clocks of different machines may disagree by more than it took. */
const after = (since: string, at: string) => `+${Math.max(0, Date.parse(at) - Date.parse(since))} ms`;
