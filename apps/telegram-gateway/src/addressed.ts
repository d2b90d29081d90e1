import type { Message } from './message-payload.ts';
import { commandOf, wordsOf } from './message-text.ts';
import type { Bot } from './normalize.ts';

/**
 * Whether a message in a group is meant for the bot: a command, a mention, or an answer to the bot.
 *
 * While the bot's name is not known every mention counts: better one too many than a question that nobody hears.
 */
export function isAddressed(message: Message, bot: Bot): boolean {
  return commandOf(message) !== undefined || isMentioned(message, bot) || answersBot(message, bot);
}

function isMentioned(message: Message, { id, username }: Bot): boolean {
  const { text, entities } = wordsOf(message);
  return entities.some(({ type, offset, length, user }) => {
    if (type === 'text_mention') return id !== undefined && String(user?.id) === id;
    if (type !== 'mention') return false;
    const name = text.slice(offset + 1, offset + length);
    return username === undefined || name.toLowerCase() === username.toLowerCase();
  });
}

function answersBot(
  { reply_to_message: target, is_topic_message: isTopic, message_thread_id: thread }: Message,
  { id }: Bot,
) {
  if (target === undefined || id === undefined) return false;
  // The message that opened a topic is formally answered by all others in it.
  if (isTopic === true && target.message_id === thread) return false;
  return String(target.from?.id) === id;
}
