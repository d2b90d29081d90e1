import { decodeReferences } from './html-reference.ts';
import { byteOffset, ParseFailure } from './parse-failure.ts';

const tags = 'a b strong i em s strike del u ins tg-spoiler tg-emoji span pre code blockquote'.split(' ');

export interface StartTag {
  name: string;
  /** By name in lower case; one without a value is there and empty. */
  attributes: Record<string, string>;
  /** The position behind its `>`. */
  end: number;
}

/** Reads the start tag at this position. */
export function readStartTag(source: string, at: number): StartTag {
  const where = `at byte offset ${byteOffset(source, at)}`;
  const written = /^[^\s>]*/.exec(source.slice(at + 1))?.[0] ?? '';
  let position = at + 1 + written.length;
  if (position >= source.length) throw new ParseFailure(`Unclosed start tag ${where}`);
  const name = written.toLowerCase();
  if (!tags.includes(name)) throw new ParseFailure(`Unsupported start tag "${name}" ${where}`);
  const attributes: Record<string, string> = {};
  for (;;) {
    position = skipSpace(source, position);
    if (source.charAt(position) === '>') return { name, attributes, end: position + 1 };
    const attribute = readAttribute({ source, name, where }, position);
    attributes[attribute.name] = attribute.value;
    position = attribute.end;
    if (position >= source.length) throw new ParseFailure(`Unclosed start tag ${where}`);
  }
}

interface TagContext {
  source: string;
  name: string;
  where: string;
}

function readAttribute(
  { source, name: tag, where }: TagContext,
  at: number,
): { name: string; value: string; end: number } {
  const name = /^[^\s=>]*/.exec(source.slice(at))?.[0] ?? '';
  if (at >= source.length) throw new ParseFailure(`Unclosed start tag ${where}`);
  if (name === '') throw new ParseFailure(`Empty attribute name in the tag "${tag}" ${where}`);
  const equals = skipSpace(source, at + name.length);
  if (source.charAt(equals) !== '=') {
    if (tag === 'blockquote' && name === 'expandable') return { name, value: '', end: equals };
    const why = equals >= source.length ? `Unclosed start tag "${tag}"` : undefined;
    throw new ParseFailure(
      `${why ?? `Expected equal sign in declaration of an attribute of the tag "${tag}"`} ${where}`,
    );
  }
  const start = skipSpace(source, equals + 1);
  if (start >= source.length) throw new ParseFailure(`Unclosed start tag "${tag}" ${where}`);
  return { name: name.toLowerCase(), ...readValue(source, start) };
}

function readValue(source: string, start: number): { value: string; end: number } {
  const quote = source.charAt(start);
  if (quote === '"' || quote === "'") {
    const close = source.indexOf(quote, start + 1);
    const end = close < 0 ? source.length : close;
    return { value: decodeReferences(source.slice(start + 1, end)), end: Math.min(end + 1, source.length) };
  }
  const token = /^[a-z0-9.-]*/i.exec(source.slice(start))?.[0] ?? '';
  const end = start + token.length;
  if (!/[\s>]/.test(source.charAt(end))) {
    throw new ParseFailure(`Unexpected end of name token at byte offset ${byteOffset(source, start)}`);
  }
  return { value: token.toLowerCase(), end };
}

function skipSpace(source: string, at: number): number {
  let position = at;
  while (/\s/.test(source.charAt(position))) position++;
  return position;
}
