import { setTimeout as sleep } from 'node:timers/promises';
import { SidecarError, type EventResult, type Sidecar } from '@trunkline/sidecar-sdk';
import { createLines } from './channel-lines.ts';
import type { DiscordMessage, Happening } from './discord-payload.ts';
import type { HighWater } from './high-water.ts';
import { normalize, type Draft, type Surroundings } from './normalize.ts';
import type { Place } from './place.ts';
import { recentIds } from './recent-ids.ts';
import { takeFiles } from './take-files.ts';

export interface IntakeDeps {
  sidecar: Pick<Sidecar, 'submit' | 'uploadAsset' | 'log'>;
  marks: HighWater;
  settings: Surroundings['settings'];
  connection(): { botId: string; names: Surroundings['names'] } | undefined;
  placeOf(channelId: string, guildId: string | undefined): Promise<Place>;
  /** Messages of a channel behind a mark, oldest first, until there are no more. */
  history(channelId: string, after: string): AsyncIterable<DiscordMessage>;
}

/** Turns what happens into events of the gateway: each channel in its order, channels beside each other. */
export interface Intake {
  take(happening: Happening): void;
  /** From now on messages are only noted as missing, until `catchUp` fetches them. */
  gap(): void;
  /** Ends a gap: reads these channels, and those where something was missed, from a message on. */
  catchUp(channels: Map<string, string>): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** So many happenings may wait in a channel before the rest is left to a later reading of its history. */
const maxWaiting = 200;
/** How long an event waits when the queue to the gateway is full. */
const fullPauseMs = 1_000;
/** A gateway that refuses us may be about to restart us with another token: an event is not given up before that. */
const refusedPausesMs = [2_000, 10_000, 30_000] as const;

export function createIntake(deps: IntakeDeps): Intake {
  /** Channels with messages that were not taken, and the id in front of the first of them. */
  const missed = new Map<string, string>();
  const takeNow = createTaker(deps);
  let inGap = true;
  const lines = createLines({
    failed: (channel, error) => deps.sidecar.log.error('happening not taken', { channel, error }),
    // A channel that was overrun is read again once it has become quiet here.
    quiet(channelId) {
      const after = missed.get(channelId);
      if (after !== undefined && !inGap) readOn(channelId, after);
    },
  });

  function readOn(channelId: string, after: string): void {
    lines.run(channelId, async () => {
      missed.delete(channelId);
      for await (const message of deps.history(channelId, after)) {
        await takeNow({ kind: 'message', channelId, guildId: message.guild_id ?? undefined, message });
      }
    });
  }

  return {
    take(happening) {
      const { channelId, kind } = happening;
      const overrun = lines.waiting(channelId) >= maxWaiting;
      if (kind === 'message' && (inGap || overrun || missed.has(channelId))) {
        if (!missed.has(channelId)) missed.set(channelId, inFrontOf(happening.message));
        return;
      }
      if (overrun) return deps.sidecar.log.warn('happening dropped', { channel: channelId, kind });
      lines.run(channelId, () => takeNow(happening));
    },
    gap() {
      inGap = true;
    },
    catchUp(channels) {
      inGap = false;
      for (const [channelId, after] of new Map([...missed, ...channels])) readOn(channelId, after);
    },
    idle: lines.idle,
  };
}

/** A snowflake less one. */
const inFrontOf = ({ id }: DiscordMessage) => String(BigInt(id) - 1n);

/** Takes one happening after the other of a channel, and notes how far it has come. */
function createTaker(deps: IntakeDeps): (happening: Happening) => Promise<void> {
  const ours = recentIds(10_000);
  return async (happening) => {
    const connected = deps.connection();
    if (!connected) return;
    const place = await deps.placeOf(happening.channelId, happening.guildId);
    // Discord lists no direct channels: of one that is not written down nobody would know after a crash.
    if (happening.kind === 'message' && place.guildId === undefined && deps.marks.of(place.channelId) === undefined) {
      deps.marks.raise(place.channelId, inFrontOf(happening.message));
      deps.marks.save();
    }
    const around = { ...connected, place, settings: deps.settings, isOurs: ours.has };
    const draft = normalize(happening, around);
    const result = draft && (await submit(draft, deps));
    if (happening.kind !== 'message' || result === 'stopped') return;
    const { message } = happening;
    if (draft) ours.add(message.id);
    deps.marks.raise(place.channelId, message.id);
    // Known, and changed since: the change may have been missed.
    const edited = result?.status === 'duplicate' ? normalize({ ...happening, kind: 'edit' }, around) : undefined;
    if (edited) await submit(edited, deps);
  };
}

/** `stopped`: it is not stored, and will be read from the history when the sidecar runs again. */
async function submit({ event, files }: Draft, { sidecar }: IntakeDeps): Promise<EventResult | 'stopped' | undefined> {
  const { attachments, missing } = await takeFiles(files, sidecar);
  const metadata = { ...(typeof event.metadata === 'object' ? event.metadata : {}), missing_files: missing };
  const refused = [...refusedPausesMs];
  for (;;) {
    try {
      const result = await sidecar.submit({ ...event, attachments, ...(missing.length > 0 && { metadata }) });
      if (result.status === 'rejected')
        sidecar.log.warn('event rejected', { event_id: event.event_id, code: result.code });
      return result;
    } catch (error) {
      const code = error instanceof SidecarError ? error.code : undefined;
      if (code === 'STOPPED') return 'stopped';
      const pauseMs = code === 'QUEUE_FULL' ? fullPauseMs : refused.shift();
      sidecar.log.warn('event not taken', { event_id: event.event_id, error });
      if (code === 'EVENT_INVALID' || pauseMs === undefined) return undefined;
      await sleep(pauseMs);
    }
  }
}
