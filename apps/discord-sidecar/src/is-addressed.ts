import type { DiscordMessage } from './discord-payload.ts';
import type { Place } from './place.ts';

type Addressed = Pick<DiscordMessage, 'mentions' | 'referenced_message'>;

/**
 * Whether a message is for the bot. In a channel it has to mention the bot's user or answer the bot, or stand in a thread where the bot
 * takes part; mentions of roles and of everyone do not count. What is said directly always is.
 */
export function isAddressed(
  message: Addressed,
  place: Pick<Place, 'guildId' | 'parentId' | 'joined'>,
  rule: { requireMention: boolean; botId: string },
): boolean {
  if (!rule.requireMention || place.guildId === undefined) return true;
  if (place.parentId !== undefined && place.joined) return true;
  if (message.referenced_message?.author.id === rule.botId) return true;
  return message.mentions.some(({ id }) => id === rule.botId);
}
