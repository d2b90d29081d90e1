import type { SlackConnector } from '@trunkline/config';
import type { EventData, EventType } from '@trunkline/events';
import type { Tenant } from './tenant.ts';

/** Who the bot is, as far as it is known: by the payload itself, and by what Slack said of the token. */
export interface BotIds {
  users: ReadonlySet<string>;
  bots: ReadonlySet<string>;
}

/** What a payload is judged with beside itself. */
export interface NormalizeContext {
  connector: SlackConnector;
  bot: BotIds;
  now: number;
}

/** What the readers of single payloads get. */
export interface ReadingContext extends NormalizeContext {
  tenant: Tenant;
}

/** Where in Slack something happened. */
export interface Place {
  /** Without one it is about the installation itself. */
  channel: string | undefined;
  kind: 'direct' | 'group' | 'channel' | 'none';
  title?: string | undefined;
  /** The thread that it belongs to, or that an answer would open: the ts of the thread's first message. */
  root?: string | undefined;
  /** It was written inside a thread, which `root` then is. */
  inThread?: boolean;
}

/** What a payload says: its format ends here. */
export interface Said {
  type: EventType;
  /** Unique among the events of the connector. */
  id: string;
  time: string;
  place: Place;
  actor: EventData['actor'];
  content?: EventData['content'];
  message?: EventData['message'];
  relation?: EventData['relation'];
  intent?: string | undefined;
  /** Goes into the metadata under `trunkline.slack.`; what is undefined is left out. */
  facts?: Record<string, unknown>;
  /** What changed about the conversation (`trunkline.change`). */
  change?: string;
  raw?: unknown;
  /** For connectors that want to be mentioned: whether this is meant for the bot, or is where it takes part in already. */
  addressed: 'yes' | 'no' | 'if_bound';
  /** Another delivery of the same message may go by another id: the place of the message tells that it is the same. */
  twinOf?: string;
}

/** Something that becomes no event. `code` never changes; `detail` is for people. */
export interface Ignored {
  code: string;
  detail: string;
}

export type Reading = { ok: true; said: Said } | ({ ok: false } & Ignored);

export const ignored = (code: string, detail: string): Reading => ({ ok: false, code, detail });

/** Slack's seconds as an ISO time; `fallback` for what is no time. */
export function timeOf(ts: string | number | undefined, fallback: number): string {
  const ms = Math.round(Number(ts) * 1000);
  return new Date(ms > 0 && ms < 253_402_300_799_000 ? ms : fallback).toISOString();
}

/** The kind of a channel. `app_mention` brings no type, but then the ids of direct messages still begin with D. */
export function channelKind(channel: string, type?: string): Place['kind'] {
  if (type === 'im' || channel.startsWith('D')) return 'direct';
  return type === 'mpim' ? 'group' : 'channel';
}
