import type { MessageEntity } from './message.ts';

const patterns: { type: string; pattern: RegExp }[] = [
  {
    type: 'url',
    pattern:
      /(?<![\w@/.])(?:https?:\/\/[^\s<>"]*[^\s<>".,:;!?')\]]|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|me|ai)\b(?:\/[^\s<>"]*[^\s<>".,:;!?')\]])?)/gi,
  },
  { type: 'email', pattern: /(?<![\w.+-])[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}\b/gi },
  { type: 'mention', pattern: /(?<![\w/@])@[a-z]\w{2,31}\b/gi },
  { type: 'bot_command', pattern: /(?<![\w/<>@])\/[a-z0-9_]{1,64}(?:@[a-z]\w{2,31})?(?![\w/])/gi },
  { type: 'hashtag', pattern: /(?<![\p{L}\p{N}_#])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu },
];

/** What Telegram finds in a text by itself: links, addresses, mentions, commands, hashtags. A subset of its rules. */
export function detectEntities(text: string): MessageEntity[] {
  const found: MessageEntity[] = [];
  for (const { type, pattern } of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      if (!found.some((other) => touches(entity, other))) found.push(entity);
    }
  }
  return sortEntities(found);
}

/** Adds what was found to what was said, but nothing inside of code or links. */
export function mergeEntities(said: readonly MessageEntity[], found: readonly MessageEntity[]): MessageEntity[] {
  const closed = said.filter(({ type }) => ['code', 'pre', 'text_link', 'text_mention', 'custom_emoji'].includes(type));
  return sortEntities([...said, ...found.filter((entity) => !closed.some((other) => touches(entity, other)))]);
}

/** By place; of two that begin together the longer one comes first. */
export function sortEntities(entities: readonly MessageEntity[]): MessageEntity[] {
  return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
}

function touches(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
