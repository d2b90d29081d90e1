import type { Bus } from '@trunkline/bus';
import {
  roleCovers,
  type EventSummary,
  type OutputView,
  type ParamsOf,
  type Role,
  type eventRoutes,
} from '@trunkline/control-api';
import { newestAcross } from '../newest-across.ts';
import { refuse, type HandlersOf } from '../operation.ts';
import { outputPage } from '../sessions/output-view.ts';
import { eventSources } from './event-sources.ts';
import { withoutRaw } from './event-summary.ts';
import { findEvent, judgedReplays, type FoundEvent } from './find-event.ts';
import { replayEvent, unknownEvent, type ReplayDeps } from './replay-event.ts';

/** Operations on what came in. */
export function eventHandlers(deps: ReplayDeps): HandlersOf<typeof eventRoutes> {
  const { bus } = deps;
  return {
    async listEvents({ query }) {
      if (query.conversation !== undefined && (query.kind === undefined || query.name === undefined))
        return refuse('query_invalid', 'conversation: needs kind and name of its connector too.');
      const page = await newestAcross(eventSources(query, bus.names), query, bus);
      return page ? { answer: page } : refuse('query_invalid', 'cursor: use `next` of the page before.');
    },
    async getEvent({ params, caller }) {
      const found = await findEvent(refOf(params), bus);
      if (!found) return refuse('event_not_found', unknownEvent);
      const replays = [...(await judgedReplays(found, bus)).values()].reverse();
      const outputs = found.judgement ? await outputsOf(found.judgement.summary, bus) : [];
      return { answer: { ...found.summary, ...shownTo(caller.role, found), outputs, replays } };
    },
    async replayEvent({ params, query }) {
      const replayed = await replayEvent({ ...refOf(params), ...query }, deps);
      if ('problem' in replayed) return replayed;
      const { stored, isNew } = replayed;
      const changes = [{ field: 'replay', to: stored.event_id }];
      return { answer: stored, audit: isNew ? { target: params, changes } : 'nothing_changed' };
    },
  };
}

type Params = ParamsOf<(typeof eventRoutes)['getEvent']>;

const refOf = ({ kind, name, event_id }: Params) => ({ connector: { kind, name }, eventId: event_id });

function shownTo(role: Role, { event, judgement }: FoundEvent) {
  return {
    event: event && !roleCovers(role, 'operator') ? withoutRaw(event) : event,
    turn: judgement?.turn,
  };
}

const mostOutputs = 500;

/** What consumers said in answer to an event's turn, oldest first. */
async function outputsOf({ session_id, turn_id, at }: EventSummary, bus: Bus): Promise<OutputView[]> {
  if (session_id === undefined || turn_id === undefined) return [];
  const filter = bus.names.output(session_id);
  const first = await bus.read('OUTPUTS', { firstOf: filter, fromTime: new Date(Date.parse(at) - 5_000) });
  if (!first) return [];
  const page = await outputPage({ sessionId: session_id, from: first.seq, limit: mostOutputs }, bus);
  return page.items.filter((output) => output.turn_id === turn_id).reverse();
}
