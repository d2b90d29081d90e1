import { setTimeout as sleep } from 'node:timers/promises';
import { incarnationOf, type Bus } from '@trunkline/bus';

/** Which EVENTS stream there is: one that was deleted and made anew, or restored, counts from another start. */
export interface Incarnation {
  current(): string;
  /** Resolves when `current` is certain: after a lost connection it has to be asked for again. */
  certain(): Promise<void>;
}

/** EVENTS can only be made anew while nobody is served, which a router sees as a lost connection. */
export async function followIncarnation(bus: Bus): Promise<Incarnation> {
  let current = await incarnationOf('EVENTS', bus);
  let certain = Promise.resolve();

  async function askAgain(): Promise<void> {
    while (bus.state() !== 'closed') {
      try {
        current = await incarnationOf('EVENTS', bus);
        return;
      } catch (error) {
        bus.log.warn({ err: error }, 'incarnation.unknown');
        await sleep(500, undefined, { ref: false });
      }
    }
  }

  bus.onState((state) => {
    if (state === 'reconnecting') certain = askAgain();
  });
  return { current: () => current, certain: () => certain };
}
