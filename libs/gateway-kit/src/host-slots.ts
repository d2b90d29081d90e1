/** A place among the calls to one host; give it back when the call is over. */
export interface HostSlot {
  release(): void;
}

/** Bounds how many calls one host gets at a time. Who waited longest is next. */
export interface HostSlots {
  /** Resolves when it is this call's turn; `undefined` when `signal` ended the waiting. */
  acquire(host: string, signal?: AbortSignal): Promise<HostSlot | undefined>;
}

interface Queue {
  running: number;
  waiting: Set<() => void>;
}

/** Slots by host name; a host that nobody calls costs nothing. */
export function createHostSlots(perHost: number): HostSlots {
  const queues = new Map<string, Queue>();

  function slotOf(host: string, queue: Queue): HostSlot {
    let held = true;
    return {
      release() {
        if (!held) return;
        held = false;
        const [next] = queue.waiting;
        // The place goes straight to the next one: nobody who comes now can overtake.
        if (next) return next();
        queue.running--;
        if (queue.running === 0) queues.delete(host);
      },
    };
  }

  return {
    async acquire(host, signal) {
      if (signal?.aborted) return undefined;
      const queue = queues.get(host) ?? { running: 0, waiting: new Set() };
      queues.set(host, queue);
      if (queue.running < perHost) {
        queue.running++;
        return slotOf(host, queue);
      }
      const turn = Promise.withResolvers<boolean>();
      const settle = (mine: boolean) => {
        queue.waiting.delete(onTurn);
        signal?.removeEventListener('abort', onAbort);
        turn.resolve(mine);
      };
      const onTurn = () => settle(true);
      const onAbort = () => settle(false);
      queue.waiting.add(onTurn);
      signal?.addEventListener('abort', onAbort);
      return (await turn.promise) ? slotOf(host, queue) : undefined;
    },
  };
}
