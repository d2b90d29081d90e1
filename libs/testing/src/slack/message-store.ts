import type { Json } from './json.ts';

/** Where a streamed message is; `expired` after a long pause, `stopped_by_user` when the user pressed stop. */
export type StreamState = 'in_progress' | 'completed' | 'expired' | 'stopped_by_user';

/** A message as it is kept; `files` are ids. */
export interface FakeMessage {
  ts: string;
  channel: string;
  team: string;
  user?: string;
  bot_id?: string;
  app_id?: string;
  username?: string;
  subtype?: string;
  text: string;
  thread_ts?: string;
  client_msg_id?: string;
  blocks?: Json[];
  attachments?: Json[];
  metadata?: Json;
  files?: string[];
  edited?: { user: string; ts: string };
  reactions: { name: string; users: string[] }[];
  stream?: { state: StreamState; touchedAt: number; chunks: Json[] };
}

/** Messages by channel, oldest first. A `ts` is unique in its channel and never goes back. */
export interface MessageStore {
  /** The next `ts` of a channel, also used for edits and deletions. */
  nextTs(channel: string): string;
  add(draft: Omit<FakeMessage, 'ts' | 'reactions'>): FakeMessage;
  find(channel: string, ts: string): FakeMessage | undefined;
  remove(message: FakeMessage): void;
  list(channel: string): FakeMessage[];
  /** The root and its replies. */
  thread(channel: string, root: string): FakeMessage[];
}

/** An empty store on this clock (ms). */
export function createMessageStore(now: () => number): MessageStore {
  const channels = new Map<string, FakeMessage[]>();
  const lastMicros = new Map<string, number>();
  const list = (channel: string) => channels.get(channel) ?? [];
  const nextTs = (channel: string) => {
    const micros = Math.max(Math.floor(now() * 1000), (lastMicros.get(channel) ?? 0) + 1);
    lastMicros.set(channel, micros);
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
  };
  return {
    nextTs,
    list,
    add(draft) {
      const message = { ...draft, ts: nextTs(draft.channel), reactions: [] };
      channels.set(draft.channel, [...list(draft.channel), message]);
      return message;
    },
    find: (channel, ts) => list(channel).find((message) => message.ts === ts),
    remove(message) {
      channels.set(
        message.channel,
        list(message.channel).filter((each) => each !== message),
      );
    },
    thread: (channel, root) => list(channel).filter(({ ts, thread_ts }) => ts === root || thread_ts === root),
  };
}
