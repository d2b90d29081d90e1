import { REST, Routes, type RawFile } from 'discord.js';
import { z } from 'zod';
import { messageSchema, type DiscordMessage } from './discord-payload.ts';
import { snowflakeMs } from './snowflake.ts';

/** A message to post. It pings nobody, and its nonce makes a repeat harmless. */
export interface Post {
  channelId: string;
  content: string;
  nonce: string;
  replyTo?: string | undefined;
  files: { name: string; bytes: Uint8Array; mediaType: string }[];
}

/** What we ask of Discord over REST. Everything rejects with what `classify` reads. */
export interface DiscordApi {
  post(post: Post): Promise<void>;
  /** Up to 100 messages that come next after an id, oldest first. */
  after(channelId: string, messageId: string): Promise<DiscordMessage[]>;
  channel(channelId: string): Promise<{
    guildId: string | undefined;
    parentId: string | undefined;
    isThread: boolean;
    name: string | undefined;
  }>;
  /** Tells Discord that a press was heard; it counts as failed after 3 s. */
  acknowledge(interaction: { id: string; token: string }): Promise<void>;
  /** Whether the application was granted the privileged intent. */
  seesContent(): Promise<boolean>;
}

/** A delivery has 15 s; its repeat joins it or finds its nonces. */
const timeoutMs = 10_000;
const longestWaitMs = 10_000;
const pageSize = 100;
/** GATEWAY_MESSAGE_CONTENT and its LIMITED form, for bots in few servers. */
const contentFlags = (1 << 18) | (1 << 19);
const deferredUpdate = 6;
const threadTypes = new Set([10, 11, 12]);

const application = z.object({ flags: z.number().default(0) });
const channel = z.object({
  guild_id: z.string().nullish(),
  parent_id: z.string().nullish(),
  type: z.number(),
  name: z.string().nullish(),
});

/** Discord's REST API with one bot's token. Rate limits are waited for up to 10 s; nothing else is repeated here: the gateway does that. */
export function createDiscordApi({ apiUrl, token }: { apiUrl: string; token: string }): DiscordApi {
  const rest = new REST({
    api: apiUrl,
    version: '10',
    retries: 0,
    timeout: timeoutMs,
    rejectOnRateLimit: ({ timeToReset, retryAfter, sublimitTimeout }) =>
      Math.max(timeToReset, retryAfter, sublimitTimeout) > longestWaitMs,
  }).setToken(token);
  return {
    async post({ channelId, content, nonce, replyTo, files }) {
      const body = {
        ...(content !== '' && { content }),
        nonce,
        enforce_nonce: true,
        allowed_mentions: { parse: [] },
        ...(replyTo !== undefined && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
      };
      await rest.post(Routes.channelMessages(channelId), {
        body,
        ...(files.length > 0 && { files: files.map(rawFile) }),
      });
    },
    async after(channelId, messageId) {
      const query = new URLSearchParams({ after: messageId, limit: String(pageSize) });
      const page = z.array(z.unknown()).parse(await rest.get(Routes.channelMessages(channelId), { query }));
      const messages = page.flatMap((each) => messageSchema.safeParse(each).data ?? []);
      return messages.toSorted(
        (a, b) => snowflakeMs(a.id) - snowflakeMs(b.id) || (BigInt(a.id) < BigInt(b.id) ? -1 : 1),
      );
    },
    async channel(channelId) {
      const { guild_id, parent_id, type, name } = channel.parse(await rest.get(Routes.channel(channelId)));
      const isThread = threadTypes.has(type);
      return { guildId: guild_id ?? undefined, parentId: parent_id ?? undefined, isThread, name: name ?? undefined };
    },
    async acknowledge({ id, token: interactionToken }) {
      await rest.post(Routes.interactionCallback(id, interactionToken), {
        body: { type: deferredUpdate },
        auth: false,
      });
    },
    async seesContent() {
      const { flags } = application.parse(await rest.get(Routes.currentApplication()));
      return (flags & contentFlags) !== 0;
    },
  };
}

const rawFile = ({ name, bytes, mediaType }: Post['files'][number]): RawFile => ({
  name,
  data: Buffer.from(bytes),
  contentType: mediaType,
});
