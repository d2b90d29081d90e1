/** A person or a bot, as Discord shows it. */
export interface DiscordUser {
  id: string;
  username: string;
  global_name: string | null;
  discriminator: string;
  avatar: string | null;
  bot?: boolean;
}

/** A file that a message carries. `url` needs no token. */
export interface DiscordAttachment {
  id: string;
  filename: string;
  size: number;
  url: string;
  proxy_url: string;
  content_type?: string;
}

/** A message as the API shows it, with what tests ask for. */
export interface DiscordMessage {
  id: string;
  channel_id: string;
  guild_id?: string;
  author: DiscordUser;
  content: string;
  timestamp: string;
  edited_timestamp: string | null;
  tts: boolean;
  /** Whether it rang for everyone: `allowed_mentions` are honoured. */
  mention_everyone: boolean;
  /** Whom it rang for. */
  mentions: DiscordUser[];
  mention_roles: string[];
  attachments: DiscordAttachment[];
  embeds: unknown[];
  components: unknown[];
  reactions: { emoji: { id: string | null; name: string }; count: number; me: boolean }[];
  pinned: boolean;
  type: number;
  nonce?: string;
  webhook_id?: string;
  message_reference?: { type: number; message_id: string; channel_id: string; guild_id?: string };
  referenced_message?: DiscordMessage | null;
}

/** A channel, a direct one or a thread, as the API shows it. */
export interface DiscordChannel {
  id: string;
  type: number;
  guild_id?: string;
  name?: string;
  parent_id?: string | null;
  last_message_id: string | null;
  recipients?: DiscordUser[];
  owner_id?: string;
  member?: { id: string; user_id: string; join_timestamp: string; flags: number };
  thread_metadata?: { archived: boolean; locked: boolean; auto_archive_duration: number; archive_timestamp: string };
}
