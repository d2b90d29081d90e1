import type { BlockContent, PhrasingContent } from 'mdast';
import { gfmStrikethroughToMarkdown } from 'mdast-util-gfm-strikethrough';
import { toMarkdown } from 'mdast-util-to-markdown';
import type { TextEntity } from './message-payload.ts';
import type { Words } from './message-text.ts';
import { plainlyMarked, type Stretch } from './text-markdown-plain.ts';

/** More than Telegram sends in one message: such a text stays plain. */
const maxEntities = 300;
const maxLength = 16_384;

const formatting = new Set([
  'bold',
  'italic',
  'strikethrough',
  'code',
  'pre',
  'text_link',
  'url',
  'blockquote',
  'expandable_blockquote',
]);
const simple = new Set(['bold', 'italic', 'strikethrough', 'code']);
const blocks = new Set(['pre', 'blockquote', 'expandable_blockquote']);

/**
 * The text in markdown, everything else in it escaped; undefined where nothing is formatted.
 *
 * Underlining, spoilers and custom emoji have no markdown: their text stays.
 */
export function markdownOf({ text, entities }: Words): string | undefined {
  if (entities.length > maxEntities || text.length > maxLength) return undefined;
  const stretches = entities
    .filter(({ type }) => formatting.has(type))
    .map((entity) => ({ from: entity.offset, to: Math.min(text.length, entity.offset + entity.length), entity }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from || b.to - a.to);
  if (stretches.length === 0) return undefined;
  const distinct = joined(stretches);
  return plainlyMarked(text, distinct) ?? writtenTree(text, distinct);
}

/** Any text with any stretches, none of which touches another of its kind. */
export function writtenTree(text: string, stretches: readonly Stretch[]): string {
  const tree = { type: 'root' as const, children: blocksOf({ text, from: 0, to: text.length }, stretches) };
  return toMarkdown(tree, { extensions: [gfmStrikethroughToMarkdown()], fences: true }).replace(/\n$/, '');
}

/** Two marks of a kind side by side would be read as one of another kind: what touches becomes one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  for (const stretch of stretches) {
    const { type } = stretch.entity;
    const before = simple.has(type) ? found.findLast(({ entity }) => entity.type === type) : undefined;
    if (before !== undefined && before.to >= stretch.from) before.to = Math.max(before.to, stretch.to);
    else found.push({ ...stretch });
  }
  return found.sort((a, b) => a.from - b.from || b.to - a.to);
}

interface Range {
  text: string;
  from: number;
  to: number;
}

/** Code blocks and quotations stand for themselves, what lies between them becomes paragraphs. */
function blocksOf(range: Range, stretches: readonly Stretch[]): BlockContent[] {
  const found: BlockContent[] = [];
  let at = range.from;
  for (const block of stretches.filter(({ entity }) => blocks.has(entity.type))) {
    const from = Math.max(at, block.from);
    const to = Math.min(range.to, block.to);
    if (from >= to) continue;
    const within = { ...range, from, to };
    found.push(...paragraphsOf({ ...range, from: at, to: from }, stretches));
    found.push(block.entity.type === 'pre' ? codeBlock(within, block.entity) : quotation(within, stretches, block));
    at = to;
  }
  return [...found, ...paragraphsOf({ ...range, from: at }, stretches)];
}

const codeBlock = ({ text, from, to }: Range, { language }: TextEntity): BlockContent => ({
  type: 'code',
  lang: language === undefined || language === '' ? null : language,
  value: text.slice(from, to).replace(/\n$/, ''),
});

const quotation = (range: Range, stretches: readonly Stretch[], self: Stretch): BlockContent => ({
  type: 'blockquote',
  children: blocksOf(
    range,
    stretches.filter((stretch) => stretch !== self && !isQuotation(stretch)),
  ),
});

const isQuotation = ({ entity }: Stretch) => entity.type !== 'pre' && blocks.has(entity.type);

/** Empty lines part paragraphs: no emphasis may reach over them. */
function paragraphsOf({ text, from, to }: Range, stretches: readonly Stretch[]): BlockContent[] {
  const inline = stretches.filter(({ entity }) => !blocks.has(entity.type));
  const paragraphs: BlockContent[] = [];
  let at = from;
  for (const part of text.slice(from, to).split(/(\n\s*\n)/)) {
    const range = trimmed({ text, from: at, to: at + part.length });
    if (range.from < range.to) paragraphs.push({ type: 'paragraph', children: phrases(range, inline) });
    at += part.length;
  }
  return paragraphs;
}

/** Nested phrases. What reaches out of the stretch around it is cut there and goes on behind it. */
function phrases({ text, from, to }: Range, stretches: readonly Stretch[]): PhrasingContent[] {
  const found: PhrasingContent[] = [];
  let at = from;
  const inside = stretches.filter((stretch) => stretch.from < to && stretch.to > from);
  for (const [index, stretch] of inside.entries()) {
    const range = trimmed({ text, from: Math.max(at, stretch.from), to: Math.min(to, stretch.to) });
    if (range.from >= range.to) continue;
    if (at < range.from) found.push({ type: 'text', value: text.slice(at, range.from) });
    found.push(phrase(range, stretch.entity, inside.slice(index + 1)));
    at = range.to;
  }
  if (at < to) found.push({ type: 'text', value: text.slice(at, to) });
  return found;
}

function phrase(range: Range, { type, url }: TextEntity, inner: readonly Stretch[]): PhrasingContent {
  const shown = range.text.slice(range.from, range.to);
  if (type === 'code') return { type: 'inlineCode', value: shown };
  if (type === 'url')
    return isAbsolute(shown) ? link(shown, [{ type: 'text', value: shown }]) : { type: 'text', value: shown };
  const children = phrases(
    range,
    inner.filter(({ entity }) => nestsIn(entity.type, type)),
  );
  if (type === 'bold') return { type: 'strong', children };
  if (type === 'italic') return { type: 'emphasis', children };
  if (type === 'strikethrough') return { type: 'delete', children };
  return link(url ?? '', children);
}

/** Nothing stands in itself, and no link in a link. */
const nestsIn = (inner: string, outer: string) => inner !== outer && !(outer === 'text_link' && inner === 'url');

const link = (url: string, children: PhrasingContent[]): PhrasingContent => ({ type: 'link', url, children });

const isAbsolute = (url: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(url);

/** Emphasis whose mark stands beside a space is none. */
function trimmed({ text, from, to }: Range): Range {
  const shown = text.slice(from, to);
  const start = from + (shown.length - shown.trimStart().length);
  return { text, from: start, to: Math.max(start, from + shown.trimEnd().length) };
}
