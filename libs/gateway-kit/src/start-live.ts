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
import { createLiveShows } from './live-shows.ts';
import { createLiveStatuses } from './live-status.ts';

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

/**
 * Shows what grows, at the targets of a kind that this process owns, for as long as nothing better is known. Who gets a target in the
 * middle of a text goes on with it.
 */
export function startLive(options: LiveOptions): LiveShowing {
  const { bus, presenter, owns, log, clock = systemClock, heal = (text) => text } = options;
  const statuses = createLiveStatuses({ presenter, owns, clock, log });
  const onShown = (target: ReplyHandle) => statuses.end(target);
  const shows = createLiveShows({ bus, presenter, owns, heal, onShown, pace: createLivePace(clock), clock, log });

  function heard(subject: string, { stream, output_id, content = '', reply_handle, status }: Live): void {
    const place = reply_handle === undefined ? undefined : placeOf(reply_handle, options);
    if (status !== undefined) for (const target of place?.targets.filter(owns) ?? []) statuses.set(target, status);
    if (!stream || output_id === undefined || stream.state === 'close') return;
    const { seq, state } = stream;
    const key = `${subject} ${output_id}`;
    if (state === 'open' && place && place.targets.length > 0) {
      const idAt = (target: ReplyHandle) => deliveryIdOf(place.session_id, output_id, targetKey(target));
      shows.open(key, { seq, at: place.targets.map((target) => ({ target, deliveryId: idAt(target) })) });
    }
    shows.add(key, { seq, content });
  }

  const subscription = bus.subscribe(bus.names.allLive, (message) => {
    try {
      const read = readLive(message.json());
      if (read.ok) heard(message.subject, read.value);
    } catch (error) {
      log.warn({ err: error, subject: message.subject }, 'live.unreadable');
    }
  });

  return {
    stopShowing(deliveryId, target) {
      if (target) statuses.end(target);
      return shows.end(deliveryId);
    },
    async stop() {
      subscription.stop();
      statuses.stop();
      await shows.stop();
    },
  };
}

interface Place {
  session_id: string;
  targets: ReplyHandle[];
}

/** The targets of a handle that are of our kind. A forged handle has none. */
function placeOf(sealed: string, { kind, openHandle }: Pick<LiveOptions, 'kind' | 'openHandle'>): Place | undefined {
  const opened = openHandle(sealed);
  if (!opened.ok) return undefined;
  const { session_id, reply_targets } = opened.snapshot;
  const targets = reply_targets.filter((target) => isOfKind(target, kind)).map((target) => canonicalTarget(target));
  return { session_id, targets };
}

const isOfKind = (target: unknown, kind: ConnectorKind) =>
  typeof target === 'object' && target !== null && 'type' in target && target.type === kind;
