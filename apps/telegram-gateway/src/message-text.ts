import type { EventData } from '@trunkline/events';
import { nameOf } from './conversation.ts';
import type { Message, TextEntity } from './message-payload.ts';
import { markdownOf } from './text-markdown.ts';

/** A text with what its stretches mean. */
export interface Words {
  text: string;
  entities: readonly TextEntity[];
}

/** A command at the beginning of a message; `bot` when it names one: `/name@bot arguments`. */
export interface Command {
  name: string;
  bot?: string | undefined;
  arguments: string;
}

/** The text of a message or the caption of its files. */
export function wordsOf(message: Message): Words {
  if (message.text !== undefined) return { text: message.text, entities: message.entities ?? [] };
  return { text: message.caption ?? '', entities: message.caption_entities ?? [] };
}

/** The command that a message is. Telegram marks commands anywhere; only one that stands first is meant as such. */
export function commandOf(message: Message): Command | undefined {
  const { text, entities } = wordsOf(message);
  const mark = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  const [, name, bot] = /^\/(\w{1,64})(?:@(\w+))?$/.exec(text.slice(0, mark?.length ?? 0)) ?? [];
  if (mark === undefined || name === undefined) return undefined;
  return { name, bot, arguments: text.slice(mark.length).trim() };
}

/** Text, markdown where something is formatted, and who is mentioned; nothing for a message without words. */
export function contentText(message: Message): NonNullable<EventData['content']> | undefined {
  if (message.text === undefined && message.caption === undefined) return undefined;
  const words = withoutBotName(wordsOf(message));
  const markdown = markdownOf(words);
  const mentions = mentionsIn(words);
  return {
    text: words.text,
    ...(markdown !== undefined && { markdown }),
    ...(mentions.length > 0 && { mentions }),
  };
}

/** `/name@bot` says to whom, which everybody knows who hears of it. */
function withoutBotName(words: Words): Words {
  const { text, entities } = words;
  const mark = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  const at = text.slice(0, mark?.length ?? 0).indexOf('@');
  if (mark === undefined || at < 0) return words;
  const removed = mark.length - at;
  return {
    text: text.slice(0, at) + text.slice(mark.length),
    entities: entities.map((entity) => {
      if (entity === mark) return { ...entity, length: at };
      if (entity.offset >= mark.length) return { ...entity, offset: entity.offset - removed };
      return { ...entity, length: Math.max(0, entity.length - removed) };
    }),
  };
}

/** A person without a user name is known by id, one with a user name by that alone. */
function mentionsIn({ text, entities }: Words) {
  const mentions = entities.flatMap(({ type, offset, length, user }) => {
    const shown = text.slice(offset, offset + length);
    if (type === 'mention' && shown.length > 1) return [{ id: shown, name: shown.slice(1) }];
    if (type !== 'text_mention' || user === undefined) return [];
    return [{ id: String(user.id), name: nameOf(user) ?? shown }];
  });
  return [...new Map(mentions.map((mention) => [mention.id, mention])).values()];
}
