import { badRequest } from './api-error.ts';
import { byteOffset } from './parse-failure.ts';
import { cutAroundCode } from './cut-around-code.ts';
import { checkedUrl } from './checked-url.ts';
import { sortEntities } from './detect-entities.ts';
import type { MessageEntity } from './message.ts';

const plainTypes = [
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
  'pre',
  'text_link',
  'text_mention',
  'custom_emoji',
];
/** What Telegram finds by itself; bots may name it, and it is ignored. */
const foundTypes = ['mention', 'hashtag', 'cashtag', 'bot_command', 'url', 'email', 'phone_number'];

/** Explicit entities as Telegram takes them: errors for what does not fit the text, silence for what it drops. */
export function checkEntities(text: string, entities: readonly MessageEntity[]): MessageEntity[] {
  for (const entity of entities) {
    if (!plainTypes.includes(entity.type) && !foundTypes.includes(entity.type)) {
      throw badRequest("can't parse entities: unsupported entity type specified");
    }
  }
  const styled = entities.filter((entity) => plainTypes.includes(entity.type) && entity.length > 0);
  for (const entity of sortEntities(styled)) checkPlace(text, entity);
  return cutAroundCode(sortEntities(styled).flatMap(usable));
}

function checkPlace(text: string, { offset, length }: MessageEntity): void {
  const end = offset + length;
  if (offset < 0) throw badRequest(`receive an entity with incorrect offset ${offset}`);
  if (length < 0) throw badRequest(`receive an entity with incorrect length ${length}`);
  if (offset > text.length) {
    throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
  }
  if (end > text.length) {
    const where = `beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`;
    throw badRequest(`entity ${where}`);
  }
  if (splitsPair(text, offset)) {
    throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, offset - 1)}`);
  }
  if (splitsPair(text, end)) {
    const where = `ends in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, end - 1)}`;
    throw badRequest(`entity beginning at UTF-16 offset ${offset} ${where}`);
  }
}

function splitsPair(text: string, position: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(position - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(position));
}

function usable(entity: MessageEntity): MessageEntity[] {
  if (entity.type !== 'text_link') return [entity];
  const url = checkedUrl(entity.url ?? '');
  return url === undefined ? [] : [{ ...entity, url }];
}
