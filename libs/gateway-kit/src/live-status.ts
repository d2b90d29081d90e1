import type { BusLog } from '@trunkline/bus';
import { targetPlace, type Clock } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import type { LivePresenter } from './live-presenter.ts';

const repeatedForMs = 120_000;

/** What is shown at targets while nothing is said yet. */
export interface LiveStatuses {
  /** An empty status ends it. */
  set(target: ReplyHandle, status: string): void;
  /** Something was said there. */
  end(target: ReplyHandle): void;
  stop(): void;
}

interface Shown {
  status: string;
  until: number;
  /** When the platform was told last. */
  toldAt: number;
  underWay: boolean;
  cancelTimer?: () => void;
}

/** Repeats statuses as often as the platform needs it, one call at a time for each target. */
export function createLiveStatuses(deps: {
  presenter: LivePresenter;
  owns(target: ReplyHandle): boolean;
  clock: Clock;
  log: BusLog;
}): LiveStatuses {
  const { presenter, owns, clock, log } = deps;
  const shown = new Map<string, Shown>();
  const stopped = new AbortController();

  function end(target: ReplyHandle): void {
    const place = targetPlace(target);
    shown.get(place)?.cancelTimer?.();
    shown.delete(place);
  }

  async function tell(target: ReplyHandle, entry: Shown): Promise<void> {
    if (clock.now() >= entry.until || !owns(target)) return end(target);
    const { status } = entry;
    entry.underWay = true;
    entry.toldAt = clock.now();
    try {
      await presenter.status?.(target, status, { signal: stopped.signal });
    } catch (error) {
      log.warn({ err: error, target_kind: target.type }, 'live.status-not-shown');
    }
    entry.underWay = false;
    tellLater(target, entry, entry.status === status ? presenter.statusEveryMs : presenter.updateEveryMs);
  }

  function tellLater(target: ReplyHandle, entry: Shown, afterMs: number): void {
    if (shown.get(targetPlace(target)) !== entry) return;
    entry.cancelTimer?.();
    entry.cancelTimer = clock.after(Math.max(0, entry.toldAt + afterMs - clock.now()), () => void tell(target, entry));
  }

  return {
    set(target, status) {
      if (!presenter.status || stopped.signal.aborted) return;
      if (status.trim() === '') return end(target);
      const place = targetPlace(target);
      const known = shown.get(place);
      const isNew = known?.status !== status;
      const entry = known ?? { status, until: 0, toldAt: -Infinity, underWay: false };
      shown.set(place, Object.assign(entry, { status, until: clock.now() + repeatedForMs }));
      if (isNew && !entry.underWay) tellLater(target, entry, presenter.updateEveryMs);
    },
    end,
    stop() {
      stopped.abort();
      for (const { cancelTimer } of shown.values()) cancelTimer?.();
      shown.clear();
    },
  };
}
