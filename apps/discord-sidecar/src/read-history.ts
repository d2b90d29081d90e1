import { setTimeout as sleep } from 'node:timers/promises';
import type { SidecarLog } from '@trunkline/sidecar-sdk';
import type { DiscordApi } from './discord-api.ts';
import { classify } from './discord-errors.ts';
import type { DiscordMessage } from './discord-payload.ts';
import type { HighWater } from './high-water.ts';
import type { OpenChannel } from './known-channels.ts';
import { isAllowed } from './place.ts';
import type { Settings } from './settings.ts';
import { isNewer, snowflakeAt } from './snowflake.ts';

/** Within the 26 h in which the gateway knows an event again, so that nothing read twice is told twice. */
const reachMs = 25 * 60 * 60 * 1_000;
/** Of one channel at a time. */
const mostMessages = 1_000;
/** Channels that Discord does not list, the last ones used: direct ones, and threads that fell asleep. */
const mostOthers = 500;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Where to read on, by channel: behind its mark, else behind the time when the bot came; never further back than 25 h. Channels in which
 * nothing was said since are left out; of direct ones only those that have a mark are known.
 */
export function startingPoints(
  channels: OpenChannel[],
  { marks, settings, now }: { marks: HighWater; settings: Settings; now: number },
): Map<string, string> {
  const farthest = snowflakeAt(now - reachMs);
  const later = (a: string, b: string) => (isNewer(a, b) ? a : b);
  const inServers = channels
    .filter(({ place }) => isAllowed(place, settings))
    .map(({ place, lastMessageId, joinedAtMs }) => {
      const after = later(marks.of(place.channelId) ?? snowflakeAt(joinedAtMs), farthest);
      return { channelId: place.channelId, after, lastMessageId };
    })
    .filter(({ after, lastMessageId }) => isNewer(lastMessageId, after));
  const known = new Set(channels.map(({ place }) => place.channelId));
  const others = marks
    .channels()
    .filter((id) => !known.has(id))
    .slice(-mostOthers);
  return new Map([
    ...others.map((id) => [id, later(marks.of(id) ?? farthest, farthest)] as const),
    ...inServers.map(({ channelId, after }) => [channelId, after] as const),
  ]);
}

interface HistoryDeps {
  api: Pick<DiscordApi, 'after'>;
  log: SidecarLog;
}

/** The messages of a channel behind an id, oldest first, 1,000 at most. A channel that may not be read has none. */
export async function* readHistory(channelId: string, from: string, deps: HistoryDeps): AsyncIterable<DiscordMessage> {
  let after = from;
  for (let count = 0; count < mostMessages;) {
    const page = await persistently(() => deps.api.after(channelId, after), { channelId, log: deps.log });
    const last = page?.at(-1);
    if (!page || !last) return;
    yield* page;
    count += page.length;
    after = last.id;
  }
  deps.log.warn('history cut off', { channel: channelId, after, messages: mostMessages });
}

/** Tries until it works; undefined when it never will. */
export async function persistently<T>(
  act: () => Promise<T>,
  { channelId, log }: { channelId: string; log: SidecarLog },
): Promise<T | undefined> {
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
    try {
      return await act();
    } catch (error) {
      const { status, detail, tokenRefused } = classify(error);
      log.warn('channel not read', { channel: channelId, detail });
      if (status === 'terminal_error' || tokenRefused) return undefined;
    }
    await sleep(pause, undefined, { ref: false });
  }
}
