import { incarnationOf, untilAnswered, type Bus } from '@trunkline/bus';

/** Which EVENTS stream there is: one that was deleted and made anew, or restored, counts from another start. */
export interface Incarnation {
  current(): string;
  /** Resolves when `current` is certain: after a lost connection it has to be asked for again. */
  certain(): Promise<void>;
}

/** EVENTS can only be made anew while nobody is served, which a router sees as a lost connection. */
export async function followIncarnation(bus: Bus): Promise<Incarnation> {
  const closed = () => bus.state() === 'closed';
  const ask = () => untilAnswered(() => incarnationOf('EVENTS', bus), { log: bus.log, closed });
  let current = await ask();
  let certain = Promise.resolve();

  async function askAgain(): Promise<void> {
    // Closed for good: nobody waits for it any more.
    current = await ask().catch(() => current);
  }

  bus.onState((state) => {
    if (state === 'reconnecting') certain = askAgain();
  });
  return { current: () => current, certain: () => certain };
}
