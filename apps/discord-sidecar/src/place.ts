import type { Settings } from './settings.ts';

/** Where something happened. */
export interface Place {
  channelId: string;
  /** None: a direct channel. */
  guildId: string | undefined;
  /** The channel that a thread belongs to; none: not a thread. */
  parentId: string | undefined;
  /** Whether the bot takes part in the thread. */
  joined: boolean;
  name?: string | undefined;
}

/** The session's path, outermost first: a thread is a conversation of its own. */
export function pathOf({ channelId, guildId, parentId }: Place): string[] {
  return [guildId ?? 'dm', ...(parentId === undefined ? [] : [parentId]), channelId];
}

type Allowed = Pick<Settings, 'directMessages' | 'allowedGuilds' | 'allowedChannels'>;

/** Whether the operator wants anything from there. A thread is allowed with its channel, or by itself. */
export function isAllowed({ channelId, guildId, parentId }: Place, allowed: Allowed): boolean {
  if (guildId === undefined) return allowed.directMessages;
  if (allowed.allowedGuilds.size > 0 && !allowed.allowedGuilds.has(guildId)) return false;
  const { allowedChannels } = allowed;
  if (allowedChannels.size === 0) return true;
  return allowedChannels.has(channelId) || (parentId !== undefined && allowedChannels.has(parentId));
}
