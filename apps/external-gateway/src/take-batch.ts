import type { Normalized } from './normalize.ts';
import { retryMsOf } from './event-answers.ts';
import { prepareEvent, store, type Ready, type TakeContext, type Taken, type TakeDeps } from './take-event.ts';

/**
 * Takes the events of a batch, with a result for each in their order.
 *
 * Conversations go side by side, and what may be stored at the same time is stored in one go. In one conversation, what follows an event
 * that has to be sent again is not tried: it would overtake.
 */
export async function takeBatch(events: readonly Normalized[], context: TakeContext, deps: TakeDeps): Promise<Taken[]> {
  const taken = new Map<Normalized, Taken>();
  let waiting = events;
  while (waiting.length > 0) {
    const { first, later } = firstOfEach(waiting);
    const results = await takeTogether(first, context, deps);
    const failed = new Map<string, Taken>();
    for (const [event, result] of results) {
      taken.set(event, result);
      if (event.outcome === 'event' && retryMsOf(result) !== undefined) failed.set(conversationOf(event), result);
    }
    waiting = later.filter((event) => {
      const earlier = failed.get(conversationOf(event));
      if (earlier) taken.set(event, { ...earlier, ...('eventId' in earlier && { eventId: event.draft.event.id }) });
      return !earlier;
    });
  }
  return events.flatMap((event) => taken.get(event) ?? []);
}

type Event = Extract<Normalized, { outcome: 'event' }>;

const conversationOf = ({ draft }: Event) => draft.event.subject;

/** The first event of each conversation and whatever is none, and the other events. */
function firstOfEach(events: readonly Normalized[]): { first: Normalized[]; later: Event[] } {
  const seen = new Set<string>();
  const later: Event[] = [];
  const first = events.filter((event) => {
    if (event.outcome !== 'event') return true;
    const known = seen.has(conversationOf(event));
    if (known) later.push(event);
    else seen.add(conversationOf(event));
    return !known;
  });
  return { first, later };
}

/** Events of as many conversations, each with what it came to. */
async function takeTogether(
  events: readonly Normalized[],
  context: TakeContext,
  deps: TakeDeps,
): Promise<(readonly [Normalized, Taken])[]> {
  const prepared = await Promise.all(events.map(async (event) => prepareEvent(event, context, deps)));
  const inOneGo = prepared.filter((one): one is Ready => one.outcome === 'ready' && one.objects.length === 0);
  const others = prepared.map(async (one) =>
    one.outcome === 'ready' && one.objects.length > 0 ? store(one, deps) : one,
  );
  const [outcomes, results] = await Promise.all([
    deps.emitAll(inOneGo.map(({ request }) => request)),
    Promise.all(others),
  ]);
  const emitted = outcomes.values();
  return events.flatMap((event, index) => {
    const one = results[index];
    if (one?.outcome !== 'ready') return one ? [[event, one] as const] : [];
    const { value } = emitted.next();
    return value ? [[event, { outcome: 'emitted', eventId: one.eventId, emitted: value }] as const] : [];
  });
}
