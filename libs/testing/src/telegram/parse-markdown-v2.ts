import { cutAroundCode } from './cut-around-code.ts';
import type { FormattedText } from './formatted-text.ts';
import { customEmojiId, linkEntity } from './link-entity.ts';
import type { MessageEntity } from './message.ts';
import { byteOffset, ParseFailure } from './parse-failure.ts';

type Kind = keyof typeof kinds;

/** How an entity is written, and what Telegram calls it in errors and in messages. */
const kinds = {
  bold: { mark: '*', label: 'Bold', type: 'bold' },
  italic: { mark: '_', label: 'Italic', type: 'italic' },
  underline: { mark: '__', label: 'Underline', type: 'underline' },
  strike: { mark: '~', label: 'Strikethrough', type: 'strikethrough' },
  spoiler: { mark: '||', label: 'Spoiler', type: 'spoiler' },
  code: { mark: '`', label: 'Code', type: 'code' },
  pre: { mark: '```', label: 'Pre', type: 'pre' },
  preCode: { mark: '```', label: 'PreCode', type: 'pre' },
  link: { mark: ']', label: 'TextUrl', type: 'text_link' },
  emoji: { mark: ']', label: 'CustomEmoji', type: 'custom_emoji' },
  quote: { mark: '', label: 'BlockQuote', type: 'blockquote' },
} as const;

interface Open {
  kind: Kind;
  /** Where its mark is in the source, and where it begins in the text. */
  at: number;
  offset: number;
  language?: string;
}

interface Scan {
  source: string;
  position: number;
  text: string;
  entities: MessageEntity[];
  open: Open[];
  /** Nothing of the line was read yet but marks. */
  lineStart: boolean;
}

const reserved = '_*[]()~`>#+-=|{}.!\n';

/** Reads MarkdownV2 as Telegram does; throws its complaint as a ParseFailure. */
export function parseMarkdownV2(source: string): FormattedText {
  const scan: Scan = { source, position: 0, text: '', entities: [], open: [], lineStart: true };
  while (scan.position < source.length) step(scan);
  if (scan.open.at(-1)?.kind === 'quote') close(scan);
  const unclosed = scan.open.at(-1);
  if (unclosed) throw unended(scan, unclosed);
  return { text: scan.text, entities: cutAroundCode(scan.entities) };
}

function step(scan: Scan): void {
  const { source, position } = scan;
  const char = source.charAt(position);
  const next = source.charAt(position + 1);
  if (char === '\\' && next > '\0' && next <= '~') return literal(scan, next, 2);
  const top = scan.open.at(-1);
  const inCode = top?.kind === 'code' || top?.kind === 'pre' || top?.kind === 'preCode';
  if (!(inCode ? '`' : reserved).includes(char)) return literal(scan, char, 1);
  if (char === '\n') return newLine(scan);
  if (top && endsHere(scan, top)) return end(scan, top);
  begin(scan, char);
}

function literal(scan: Scan, char: string, width: number): void {
  scan.text += char;
  scan.position += width;
  scan.lineStart = false;
}

/** A quote goes on while lines begin with `>`; what was opened inside of it has to end inside of it. */
function newLine(scan: Scan): void {
  const quoting = scan.open.some(({ kind }) => kind === 'quote');
  if (quoting && scan.source.charAt(scan.position + 1) === '>') return literal(scan, '\n', 2);
  if (quoting) {
    const top = scan.open.at(-1);
    if (top && top.kind !== 'quote') throw unended(scan, top);
    close(scan);
  }
  literal(scan, '\n', 1);
  scan.lineStart = true;
}

function endsHere({ source, position }: Scan, { kind }: Open): boolean {
  const rest = source.slice(position, position + 3);
  // `__` is underline wherever both could be meant.
  if (kind === 'italic') return rest.startsWith('_') && !rest.startsWith('__');
  if (kind === 'quote') return /^\|\|(?:\n(?!>)|$)/.test(source.slice(position, position + 4));
  return rest.startsWith(kinds[kind].mark);
}

function end(scan: Scan, top: Open): void {
  const { kind } = top;
  if (kind === 'quote') {
    scan.position += 2;
    return close(scan, { type: 'expandable_blockquote' });
  }
  scan.position += kinds[kind].mark.length;
  if (kind === 'link') return endLink(scan, top);
  if (kind === 'emoji') return endEmoji(scan);
  close(scan, top.language === undefined ? {} : { language: top.language });
}

/** Without a `(url)` behind it, the text of a link is its URL. */
function endLink(scan: Scan, top: Open): void {
  const url = scan.source.charAt(scan.position) === '(' ? readUrl(scan, 'a URL') : scan.text.slice(top.offset);
  const place = { offset: top.offset, length: scan.text.length - top.offset };
  scan.open.pop();
  const entity = linkEntity(url, place);
  if (entity && place.length > 0) scan.entities.push(entity);
}

function endEmoji(scan: Scan): void {
  if (scan.source.charAt(scan.position) !== '(') {
    throw new ParseFailure('Custom emoji entity must contain a tg://emoji URL');
  }
  const id = customEmojiId(readUrl(scan, 'a custom emoji URL'));
  if (id === undefined) throw new ParseFailure('Invalid custom emoji identifier specified');
  close(scan, { custom_emoji_id: id });
}

function readUrl(scan: Scan, what: string): string {
  const from = scan.position + 1;
  let url = '';
  for (let at = from; at < scan.source.length; at++) {
    const char = scan.source.charAt(at);
    if (char === ')') {
      scan.position = at + 1;
      return url;
    }
    url += char === '\\' && at + 1 < scan.source.length ? scan.source.charAt(++at) : char;
  }
  throw new ParseFailure(`Can't find end of ${what} at byte offset ${byteOffset(scan.source, from)}`);
}

function begin(scan: Scan, char: string): void {
  const kind = kindAt(scan, char);
  if (!kind) {
    throw new ParseFailure(`Character '${char}' is reserved and must be escaped with the preceding '\\'`);
  }
  const opened: Open = { kind, at: scan.position, offset: scan.text.length };
  scan.position += kind === 'emoji' ? 2 : Math.max(1, kind === 'link' ? 1 : kinds[kind].mark.length);
  scan.open.push(kind === 'pre' ? withLanguage(scan, opened) : opened);
}

function kindAt(scan: Scan, char: string): Kind | undefined {
  const next = scan.source.charAt(scan.position + 1);
  switch (char) {
    case '*':
      return 'bold';
    case '_':
      return next === '_' ? 'underline' : 'italic';
    case '~':
      return 'strike';
    case '|':
      return next === '|' ? 'spoiler' : undefined;
    case '[':
      return 'link';
    case '!':
      return next === '[' ? 'emoji' : undefined;
    case '`':
      return scan.source.startsWith('```', scan.position) ? 'pre' : 'code';
    case '>':
      return scan.lineStart && !scan.open.some(({ kind }) => kind === 'quote') ? 'quote' : undefined;
    default:
      return undefined;
  }
}

/** The word right behind the fence is a language if white space follows; one line break behind that is not text. */
function withLanguage(scan: Scan, opened: Open): Open {
  const [word = '', language = ''] = /^([^\s`]+)(?=\s)/.exec(scan.source.slice(scan.position)) ?? [];
  scan.position += word.length;
  scan.position += /^(?:\r\n|\n\r|\n|\r)?/.exec(scan.source.slice(scan.position))?.[0].length ?? 0;
  return language ? { ...opened, kind: 'preCode', language } : opened;
}

function close(scan: Scan, more: Partial<MessageEntity> = {}): void {
  const top = scan.open.pop();
  if (!top) return;
  const length = scan.text.length - top.offset;
  if (length > 0) scan.entities.push({ type: kinds[top.kind].type, offset: top.offset, length, ...more });
}

function unended({ source }: Scan, { kind, at }: Open): ParseFailure {
  return new ParseFailure(`Can't find end of ${kinds[kind].label} entity at byte offset ${byteOffset(source, at)}`);
}
