import { cutAroundCode } from './cut-around-code.ts';
import type { FormattedText } from './formatted-text.ts';
import { customEmojiId, linkEntity } from './link-entity.ts';
import type { MessageEntity } from './message.ts';
import { byteOffset, ParseFailure } from './parse-failure.ts';
import { readStartTag } from './html-start-tag.ts';
import { decodeReference } from './html-reference.ts';

/** Types by tag name; links, emoji, code and quotes are more than their name. */
const simple: Record<string, string> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  u: 'underline',
  ins: 'underline',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
};

interface Open {
  tag: string;
  attributes: Record<string, string>;
  offset: number;
}

interface Scan {
  source: string;
  position: number;
  text: string;
  entities: MessageEntity[];
  open: Open[];
}

/** Reads Telegram's HTML; throws its complaint as a ParseFailure. */
export function parseHtml(source: string): FormattedText {
  const scan: Scan = { source, position: 0, text: '', entities: [], open: [] };
  while (scan.position < source.length) step(scan);
  const unclosed = scan.open.at(-1);
  if (unclosed) throw new ParseFailure(`Can't find end tag corresponding to start tag "${unclosed.tag}"`);
  return { text: scan.text, entities: cutAroundCode(joinPreAndCode(scan.entities)) };
}

function step(scan: Scan): void {
  const char = scan.source.charAt(scan.position);
  if (char === '<') return scan.source.charAt(scan.position + 1) === '/' ? endTag(scan) : startTag(scan);
  const reference = char === '&' ? decodeReference(scan.source, scan.position) : undefined;
  scan.text += reference?.text ?? char;
  scan.position += reference?.width ?? 1;
}

function startTag(scan: Scan): void {
  const at = scan.position;
  const { name, attributes, end } = readStartTag(scan.source, at);
  if (name === 'span' && attributes['class'] !== 'tg-spoiler') {
    throw new ParseFailure(`Tag "span" must have class "tg-spoiler" at byte offset ${byteOffset(scan.source, at)}`);
  }
  scan.open.push({ tag: name, attributes, offset: scan.text.length });
  scan.position = end;
}

function endTag(scan: Scan): void {
  const at = scan.position;
  const where = `at byte offset ${byteOffset(scan.source, at)}`;
  const top = scan.open.pop();
  if (!top) throw new ParseFailure(`Unexpected end tag ${where}`);
  const [whole = '', name = '', bracket] = /^<\/([^\s>]*)\s*(>?)/.exec(scan.source.slice(at)) ?? [];
  if (!bracket) throw new ParseFailure(`Unclosed end tag ${where}`);
  if (name !== '' && name.toLowerCase() !== top.tag) {
    throw new ParseFailure(`Unmatched end tag ${where}, expected "</${top.tag}>", found "</${name.toLowerCase()}>"`);
  }
  scan.position += whole.length;
  const entity = entityOf(top, scan.text);
  if (entity && entity.length > 0) scan.entities.push(entity);
}

function entityOf({ tag, attributes, offset }: Open, text: string): MessageEntity | undefined {
  const place = { offset, length: text.length - offset };
  switch (tag) {
    case 'a':
      // Without a target, the text is the URL.
      return linkEntity(attributes['href'] || text.slice(offset), place);
    case 'tg-emoji':
      return emojiEntity(attributes['emoji-id'] ?? '', place);
    case 'code': {
      const language = /^language-(.+)/.exec(attributes['class'] ?? '')?.[1];
      return { type: 'code', ...place, ...(language !== undefined && { language }) };
    }
    case 'pre':
      return { type: 'pre', ...place };
    case 'blockquote':
      return { type: 'expandable' in attributes ? 'expandable_blockquote' : 'blockquote', ...place };
    default:
      return { type: simple[tag] ?? tag, ...place };
  }
}

function emojiEntity(id: string, place: { offset: number; length: number }): MessageEntity {
  if (customEmojiId(`tg://emoji?id=${id}`) === undefined) {
    throw new ParseFailure('Invalid custom emoji identifier specified');
  }
  return { type: 'custom_emoji', ...place, custom_emoji_id: id };
}

/** `<pre><code class="language-x">` around the same text is one entity with a language; a language alone on code counts for nothing. */
function joinPreAndCode(entities: readonly MessageEntity[]): MessageEntity[] {
  const twin = (of: MessageEntity, type: string) =>
    entities.find((each) => each.type === type && each.offset === of.offset && each.length === of.length);
  return entities.flatMap((entity) => {
    if (entity.type === 'pre') {
      const language = twin(entity, 'code')?.language;
      return [language === undefined ? entity : { ...entity, language }];
    }
    if (entity.type !== 'code') return [entity];
    const { language: _language, ...code } = entity;
    return twin(entity, 'pre') ? [] : [code];
  });
}
