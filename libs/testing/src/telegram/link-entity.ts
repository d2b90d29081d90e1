import { checkedUrl } from './checked-url.ts';
import type { MessageEntity } from './message.ts';

/** The entity that a link makes: a mention for `tg://user?id=`, a link for a URL, nothing for a bad one. */
export function linkEntity(url: string, place: { offset: number; length: number }): MessageEntity | undefined {
  const id = Number(/^tg:\/\/user\?id=(\d+)$/i.exec(url)?.[1]);
  if (id) return { type: 'text_mention', ...place, user: { id, is_bot: false, first_name: `User ${id}` } };
  const target = checkedUrl(url);
  return target === undefined ? undefined : { type: 'text_link', ...place, url: target };
}

/** The id in `tg://emoji?id=...`. */
export const customEmojiId = (url: string): string | undefined => /^tg:\/\/emoji\?id=(\d+)$/i.exec(url)?.[1];
