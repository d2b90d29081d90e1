import type { Clock } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import { LiveShow, type LiveShowDeps } from './live-show.ts';
import { LiveText } from './live-text.ts';

const forgottenAfterMs = 600_000;
/** A lane changes hands within seconds: what grows elsewhere need not be known for longer. */
const othersForgottenAfterMs = 60_000;
const sweepEveryMs = 60_000;

/** An output that begins to grow, at the targets where it may become ours to show. */
export interface LiveOpening {
  seq: number;
  at: { target: ReplyHandle; deliveryId: string }[];
}

/**
 * All that grows at present, by a key of its output. What nobody continues for 10 min is forgotten.
 *
 * What others show is known too, so that whoever gets the lane of a target in the middle of a text goes on with it.
 */
export interface LiveShows {
  /** A turn that runs again opens its output again: what is shown already grows anew. */
  open(key: string, opening: LiveOpening): void;
  add(key: string, piece: { seq: number; content: string }): void;
  /** Nothing is sent for the delivery any more once it resolves; a later opening changes nothing. */
  end(deliveryId: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

interface Growing {
  text: LiveText;
  at: LiveOpening['at'];
  touchedAt: number;
}

export function createLiveShows(deps: LiveShowDeps): LiveShows {
  const { clock } = deps;
  const growing = new Map<string, Growing>();
  const shows = new Map<string, LiveShow>();
  const ended = new Map<string, number>();

  function remove(deliveryId: string): Promise<string | undefined> {
    const show = shows.get(deliveryId);
    shows.delete(deliveryId);
    return show ? show.end() : Promise.resolve(undefined);
  }

  const cancelSweep = every(sweepEveryMs, clock, () => {
    const now = clock.now();
    for (const [key, { touchedAt, at }] of growing) {
      const isOurs = at.some(({ target }) => deps.owns(target));
      if (now - touchedAt < (isOurs ? forgottenAfterMs : othersForgottenAfterMs)) continue;
      growing.delete(key);
      for (const { deliveryId } of at) void remove(deliveryId);
    }
    for (const [deliveryId, at] of ended) if (now - at >= forgottenAfterMs) ended.delete(deliveryId);
  });

  return {
    open(key, { seq, at }) {
      const open = at.filter(({ deliveryId }) => !ended.has(deliveryId));
      for (const each of open) {
        if (!shows.has(each.deliveryId)) shows.set(each.deliveryId, new LiveShow(each, deps));
      }
      growing.set(key, { text: new LiveText(seq - 1), at: open, touchedAt: clock.now() });
    },
    add(key, piece) {
      const known = growing.get(key);
      // Without its opening nobody knows where a piece belongs.
      if (!known) return;
      known.touchedAt = clock.now();
      if (!known.text.add(piece)) return;
      for (const { deliveryId } of known.at) shows.get(deliveryId)?.show(known.text.text);
    },
    end(deliveryId) {
      ended.set(deliveryId, clock.now());
      return remove(deliveryId);
    },
    async stop() {
      cancelSweep();
      growing.clear();
      await Promise.all([...shows.keys()].map(remove));
    },
  };
}

function every(ms: number, clock: Clock, act: () => void): () => void {
  let cancel = clock.after(ms, again);
  function again(): void {
    act();
    cancel = clock.after(ms, again);
  }
  return () => cancel();
}
