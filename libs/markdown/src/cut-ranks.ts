import type { MarkdownNode, MarkdownTree } from './markdown-tree.ts';
import type { MeasuredTree, Span } from './measure-tree.ts';

/** How good it is to cut at a place; at 0 it is not allowed. */
export const rank = {
  /** Within a grapheme, for one that is longer than a part. */
  broken: 1,
  /** Within a word of a code span or of a heading. */
  deep: 2,
  /** Between such words. */
  weak: 3,
  /** Within a word; behind a heading. */
  grapheme: 4,
  space: 5,
  sentence: 6,
  /** Between items, rows and lines of code. */
  piece: 7,
  block: 8,
} as const;

/** Places to cut a tree at, by their number. */
export interface Cuts {
  ranks: Uint8Array;
  /** White space that is lost if a cut is before it: `all` of a run's, `one` line end of code. */
  skips: Uint8Array;
}

const skip = { all: 1, one: 2 } as const;
const graphemes = new Intl.Segmenter();

/** Judges every place of a tree. */
export function cutRanks(measured: MeasuredTree): Cuts {
  const cuts = { ranks: new Uint8Array(measured.text.length + 1), skips: new Uint8Array(measured.text.length + 1) };
  judge(measured.tree, { measured, ...cuts });
  return cuts;
}

/** Where the text goes on behind a cut. */
export function skipSpace(cut: number, { skips }: Cuts): number {
  if (skips[cut] === skip.one) return cut + 1;
  let place = cut;
  while (skips[place] === skip.all) place++;
  return place;
}

type Judging = Cuts & { measured: MeasuredTree };

function judge(node: MarkdownTree | MarkdownNode, at: Judging): void {
  const span = at.measured.spanOf(node);
  switch (node.type) {
    case 'paragraph':
      return judgeRun(node.children, span, at);
    case 'heading':
      judgeRun(node.children, span, at);
      return lower(span, at, buried);
    case 'code':
      return judgeCode(span, at);
    case 'root':
    case 'blockquote':
    case 'list':
    case 'listItem':
      for (const child of node.children) {
        judge(child, at);
        raise(at, child, node.type === 'root' ? rank.block : rank.piece);
      }
      return;
    case 'table':
      return node.children.forEach((row, index) => raise(at, row, index === 0 ? rank.weak : rank.piece));
    default:
      return judgeRun([], span, at);
  }
}

/** The end of a node is a place to cut; that of a heading is a bad one. */
function raise({ ranks, measured }: Judging, node: MarkdownNode, value: number): void {
  const { end } = measured.spanOf(node);
  ranks[end] = Math.max(ranks[end] ?? 0, node.type === 'heading' ? rank.grapheme : value);
}

/** Words: sentences end with a line or behind a full stop; links stay whole. */
function judgeRun(nodes: readonly MarkdownNode[], { start, end }: Span, at: Judging): void {
  const text = at.measured.text.slice(start, end);
  for (const place of letterEnds(text)) at.ranks[start + place.end] = place.broken ? rank.broken : rank.grapheme;
  for (const { index, 0: space } of text.matchAll(/\s+/g)) {
    if (index > 0) at.ranks[start + index] = endsSentence(text, index, space) ? rank.sentence : rank.space;
    at.skips.fill(skip.all, start + index, start + index + space.length);
  }
  for (const { index } of text.matchAll(/[。！？](?=\S)/g)) at.ranks[start + index + 1] = rank.sentence;
  for (const node of nodes) judgeInline(node, at);
}

const endsSentence = (text: string, index: number, space: string) =>
  space.includes('\n') || /[.!?:;…。！？]["')\]”’]?$/.test(text.slice(Math.max(0, index - 2), index));

function judgeInline(node: MarkdownNode, at: Judging): void {
  const span = at.measured.spanOf(node);
  if (node.type === 'inlineCode') return lower(span, at, buried);
  if (node.type === 'link' || node.type === 'image') {
    at.skips.fill(0, span.start, span.end);
    return lower(span, at, () => 0);
  }
  if ('children' in node) for (const child of node.children) judgeInline(child, at);
}

/** What a cut is worth within a code span or a heading. */
const buried = (value: number) => (value >= rank.space ? rank.weak : Math.min(value, rank.deep));

/** Cuts within a node, not at its ends. */
function lower({ start, end }: Span, { ranks }: Judging, to: (value: number) => number): void {
  for (let place = start + 1; place < end; place++) ranks[place] = to(ranks[place] ?? 0);
}

function judgeCode({ start, end }: Span, at: Judging): void {
  const text = at.measured.text.slice(start, end);
  for (const place of letterEnds(text)) at.ranks[start + place.end] = place.broken ? rank.broken : rank.grapheme;
  for (const { index } of text.matchAll(/\n/g)) {
    if (index === 0) continue;
    at.ranks[start + index] = rank.piece;
    at.skips[start + index] = skip.one;
  }
}

interface LetterEnd {
  end: number;
  broken: boolean;
}

/** Ends of graphemes and, within long ones, of code points; surrogates stay together. Plain ASCII needs no segmenter. */
function* letterEnds(text: string): Generator<LetterEnd> {
  for (const { 0: run, index } of text.matchAll(
    /[\x20-\x7e\n]+(?![^\x20-\x7e\n])|(?:[^\x20-\x7e\n]|[\x20-\x7e\n](?=[^\x20-\x7e\n]))+/g,
  )) {
    if (/^[\x20-\x7e\n]+$/.test(run))
      for (let end = 1; end <= run.length; end++) yield { end: index + end, broken: false };
    else yield* segmentEnds(run, index);
  }
}

function* segmentEnds(run: string, offset: number): Generator<LetterEnd> {
  for (const { segment, index } of graphemes.segment(run)) {
    let end = offset + index;
    for (const point of segment) {
      end += point.length;
      yield { end, broken: end < offset + index + segment.length };
    }
  }
}
