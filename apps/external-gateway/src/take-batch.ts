import type { Normalized } from './normalize.ts';
import { retryMsOf } from './event-answers.ts';
import { takeEvent, type TakeContext, type Taken, type TakeDeps } from './take-event.ts';

/**
 * Takes the events of a batch, with a result for each in their order.
 *
 * Conversations go side by side. In one conversation, what follows an event that has to be sent again is not tried: it would overtake.
 */
export async function takeBatch(events: readonly Normalized[], context: TakeContext, deps: TakeDeps): Promise<Taken[]> {
  const queues = new Map<string, Promise<Taken>>();
  const all = events.map((event) => {
    if (event.outcome !== 'event') return takeEvent(event, context, deps);
    const { subject, id } = event.draft.event;
    const before = queues.get(subject);
    const taken =
      before === undefined ? takeEvent(event, context, deps) : afterOne(before, event, { context, deps, id });
    queues.set(subject, taken);
    return taken;
  });
  return Promise.all(all);
}

async function afterOne(
  before: Promise<Taken>,
  event: Normalized,
  { context, deps, id }: { context: TakeContext; deps: TakeDeps; id: string },
): Promise<Taken> {
  const earlier = await before;
  if (retryMsOf(earlier) === undefined) return takeEvent(event, context, deps);
  return 'eventId' in earlier ? { ...earlier, eventId: id } : earlier;
}
