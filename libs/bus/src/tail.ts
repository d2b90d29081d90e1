import { setTimeout as sleep } from 'node:timers/promises';
import type { BusState } from './link.ts';
import type { BusLog } from './log.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage } from './stored-message.ts';

/** What a follower of new messages is told, in this order. */
export interface TailListener {
  /** From now on nothing is left out, until `onBreak`. */
  onBegin(): void;
  /** Without its payload. */
  onMessage(message: StoredMessage): void;
  /** What comes now is missed: forget what rests on having seen everything. */
  onBreak(): void;
}

export interface TailDeps {
  /** Opens a reader of what is new. */
  open(): Promise<OrderedReader>;
  onState(listener: (state: BusState) => void): () => void;
  log: BusLog;
}

/**
 * Follows what is stored from now on, for whoever remembers what is on the bus and must hear of each change.
 *
 * A lost connection ends what is known, at once, and it begins anew when the connection is back: the streams may be others then.
 */
export function followTail(listener: TailListener, deps: TailDeps): { stop(): void } {
  let reader: OrderedReader | undefined;
  let begun = false;
  let stopped = false;

  function end(): void {
    if (begun) listener.onBreak();
    begun = false;
    void reader?.stop();
    reader = undefined;
  }

  async function readOnce(): Promise<void> {
    const opened = await deps.open();
    reader = opened;
    if (stopped) return end();
    begun = true;
    listener.onBegin();
    for await (const message of opened.messages) {
      if (reader !== opened) return;
      listener.onMessage(message);
    }
  }

  async function keepReading(): Promise<void> {
    while (!stopped) {
      await readOnce().catch((error: unknown) => deps.log.warn({ err: error }, 'tail.interrupted'));
      end();
      if (!stopped) await sleep(500, undefined, { ref: false });
    }
  }

  const forget = deps.onState((state) => {
    if (state !== 'connected') end();
    if (state === 'closed') stopped = true;
  });
  void keepReading();
  return {
    stop() {
      stopped = true;
      forget();
      end();
    },
  };
}
