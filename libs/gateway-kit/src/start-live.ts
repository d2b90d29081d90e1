import type { Bus, BusLog } from '@trunkline/bus';
import { systemClock, type Clock } from '@trunkline/deliveries';
import {
  canonicalTarget,
  deliveryIdOf,
  readLive,
  targetKey,
  type ConnectorKind,
  type Live,
  type ReplyHandle,
} from '@trunkline/events';
import { createLivePace } from './live-pace.ts';
import type { LivePresenter } from './live-presenter.ts';
import { LiveShow, type LiveShowDeps } from './live-show.ts';
import { createLiveStatuses } from './live-status.ts';
import { LiveText } from './live-text.ts';

const forgottenAfterMs = 600_000;
const sweepEveryMs = 60_000;

/** What a sealed handle turned out to be; `openReplyHandle` of @trunkline/secrets answers so. */
export type OpenHandle = (
  sealed: string,
) => { ok: true; snapshot: { session_id: string; reply_targets: readonly unknown[] } } | { ok: false };

export interface LiveOptions {
  kind: ConnectorKind;
  bus: Pick<Bus, 'bucket' | 'names' | 'subscribe'>;
  openHandle: OpenHandle;
  /** Whether this process may show something at a target now; asked before each call. `RunningDeliveries.owns` answers it. */
  owns(target: ReplyHandle): boolean;
  presenter: LivePresenter;
  /** Closes what is open in a text that is cut off. Left out: nothing is healed. */
  heal?(text: string): string;
  clock?: Clock;
  log: BusLog;
}

/** What shows growing outputs and statuses of a kind. */
export interface LiveShowing {
  /**
   * For the plan of a delivery, before its first call: no late update overwrites the final text. Resolves, after the update under way,
   * to the platform id of what this process showed; `findPresented` knows of other processes. With `target`, its status ends too.
   */
  stopShowing(deliveryId: string, target?: ReplyHandle): Promise<string | undefined>;
  stop(): Promise<void>;
}

interface Growing {
  text: LiveText;
  shows: LiveShow[];
  touchedAt: number;
}

/** Shows what grows, at the targets of a kind that this process owns, for as long as nothing better is known. */
export function startLive(options: LiveOptions): LiveShowing {
  const { kind, bus, openHandle, presenter, owns, log, clock = systemClock, heal = (text) => text } = options;
  const growing = new Map<string, Growing>();
  const shows = new Map<string, LiveShow>();
  const ended = new Map<string, number>();
  const statuses = createLiveStatuses({ presenter, owns, clock, log });
  const onShown = (target: ReplyHandle) => statuses.end(target);
  const deps: LiveShowDeps = { bus, presenter, owns, heal, onShown, pace: createLivePace(clock), clock, log };

  function heard(subject: string, live: Live): void {
    const { stream, output_id, content, reply_handle, status } = live;
    const place = reply_handle === undefined ? undefined : placeOf(reply_handle, { kind, openHandle, owns });
    if (status !== undefined) for (const target of place?.targets ?? []) statuses.set(target, status);
    if (!stream || output_id === undefined) return;
    const key = `${subject} ${output_id}`;
    if (stream.state === 'open' && place) growing.set(key, open(place, { seq: stream.seq, output_id }));
    const known = growing.get(key);
    // Without its opening nobody knows where a piece belongs.
    if (!known || stream.state === 'close') return;
    known.touchedAt = clock.now();
    if (!known.text.add({ seq: stream.seq, content: content ?? '' })) return;
    for (const show of known.shows) show.show(known.text.text);
  }

  /** A turn that runs again opens its output again: what is shown already grows anew. */
  function open(place: Place, { seq, output_id }: { seq: number; output_id: string }): Growing {
    const opened = place.targets.flatMap((target) => {
      const deliveryId = deliveryIdOf(place.session_id, output_id, targetKey(target));
      if (ended.has(deliveryId)) return [];
      const show = shows.get(deliveryId) ?? new LiveShow({ target, deliveryId }, deps);
      shows.set(deliveryId, show);
      return [show];
    });
    return { text: new LiveText(seq - 1), shows: opened, touchedAt: clock.now() };
  }

  async function stopShowing(deliveryId: string, target?: ReplyHandle): Promise<string | undefined> {
    ended.set(deliveryId, clock.now());
    if (target) statuses.end(target);
    const show = shows.get(deliveryId);
    shows.delete(deliveryId);
    return show?.end();
  }

  function sweep(): void {
    const before = clock.now() - forgottenAfterMs;
    for (const [key, { touchedAt, shows: quiet }] of growing) {
      if (touchedAt > before) continue;
      growing.delete(key);
      for (const [deliveryId, show] of shows) if (quiet.includes(show)) shows.delete(deliveryId);
      for (const show of quiet) void show.end();
    }
    for (const [deliveryId, at] of ended) if (at <= before) ended.delete(deliveryId);
    cancelSweep = clock.after(sweepEveryMs, sweep);
  }
  let cancelSweep = clock.after(sweepEveryMs, sweep);

  const subscription = bus.subscribe(bus.names.allLive, (message) => {
    try {
      const read = readLive(message.json());
      if (read.ok) heard(message.subject, read.value);
    } catch (error) {
      log.warn({ err: error, subject: message.subject }, 'live.unreadable');
    }
  });

  return {
    stopShowing,
    async stop() {
      subscription.stop();
      cancelSweep();
      statuses.stop();
      growing.clear();
      await Promise.all([...shows.values()].map((show) => show.end()));
    },
  };
}

interface Place {
  session_id: string;
  targets: ReplyHandle[];
}

/** The targets of a handle that are ours to show at. A forged handle has none. */
function placeOf(sealed: string, { kind, openHandle, owns }: Pick<LiveOptions, 'kind' | 'openHandle' | 'owns'>) {
  const opened = openHandle(sealed);
  if (!opened.ok) return undefined;
  const { session_id, reply_targets } = opened.snapshot;
  const targets = reply_targets.filter((target) => isOfKind(target, kind)).map((target) => canonicalTarget(target));
  return { session_id, targets: targets.filter((target) => owns(target)) };
}

const isOfKind = (target: unknown, kind: ConnectorKind) =>
  typeof target === 'object' && target !== null && 'type' in target && target.type === kind;
