import { cutRanks, rank, skipSpace, type Cuts } from './cut-ranks.ts';
import { looseTree, withoutWideHeadings } from './loose-tree.ts';
import type { MarkdownTree } from './markdown-tree.ts';
import { measureTree } from './measure-tree.ts';
import { sliceTree } from './slice-tree.ts';

/** Whether a part, rendered, is within the limit of who asks. */
export type Fits = (part: MarkdownTree) => boolean;

/**
 * Cuts a tree into parts that fit, in order, as few as sensible. Cuts are between blocks; else between items, rows and lines of
 * code; else between sentences, words, letters. A link that fits nowhere becomes text, a table row that fits nowhere code. If not
 * even a letter fits it is a part all the same: nothing is lost but white space at a cut. Asks `fits` about 15 times a part.
 */
export function splitTree(tree: MarkdownTree, fits: Fits): MarkdownTree[] {
  if (fits(tree)) return [tree];
  const measured = measureTree(withoutWideHeadings(tree, fits));
  const cuts = cutRanks(measured);
  const parts: MarkdownTree[] = [];
  const sliceFits = (start: number, end: number) => fits(sliceTree(measured, { start, end }));
  let size = 1024;
  for (let start = 0; start < measured.text.length;) {
    const end = partEnd({ start, size }, { cuts, sliceFits });
    const part = sliceTree(measured, { start, end: end.place });
    parts.push(...(end.fits ? [part] : smallest(part, fits)));
    size = Math.max(16, end.place - start);
    start = skipSpace(end.place, cuts);
  }
  return parts;
}

/** What does not fit and cannot be cut: perhaps it can in a looser form. */
function smallest(part: MarkdownTree, fits: Fits): MarkdownTree[] {
  const loose = looseTree(part);
  return loose === undefined ? [part] : splitTree(loose, fits);
}

interface Search {
  cuts: Cuts;
  sliceFits(start: number, end: number): boolean;
}
interface PartEnd {
  place: number;
  fits: boolean;
}

/** The best place to end a part that begins at `start`, and is likely to have about `size` characters. */
function partEnd({ start, size }: { start: number; size: number }, { cuts, sliceFits }: Search): PartEnd {
  const { ranks } = cuts;
  const length = ranks.length - 1;
  let low = start;
  let high = length + 1;
  for (let step = size; low < length; step *= 2) {
    const place = cutBefore(ranks, start + step, low) ?? cutBehind(ranks, start + step);
    if (place >= high) break;
    if (sliceFits(start, place)) low = place;
    else high = place;
    if (high <= length) break;
  }
  while (low === start || bestCut(ranks, start, low) !== bestCut(ranks, start, high - 1)) {
    const middle = (low + high) >>> 1;
    const place = cutBefore(ranks, middle, low) ?? cutBehind(ranks, middle);
    if (place >= high) break;
    if (sliceFits(start, place)) low = place;
    else high = place;
  }
  if (low === start) return { place: cutBehind(ranks, start), fits: false };
  const best = bestCut(ranks, start, low);
  // A shorter part can be wider: a table that loses its longest row may lose a narrower column too.
  return { place: best === low || sliceFits(start, best) ? best : low, fits: true };
}

/** The last cut at or before a place, if it is behind `after`. */
function cutBefore(ranks: Uint8Array, place: number, after: number): number | undefined {
  for (let at = Math.min(place, ranks.length - 1); at > after; at--) if (ranks[at]) return at;
  return undefined;
}

/** The first cut behind a place; the end of the text is one. */
function cutBehind(ranks: Uint8Array, place: number): number {
  let at = Math.min(place + 1, ranks.length - 1);
  while (at < ranks.length - 1 && !ranks[at]) at++;
  return at;
}

/** Kinds of cuts, best first, and how much of the room a part must fill to end there. */
const preferences = [
  { least: rank.block, filled: 1 / 4 },
  { least: rank.piece, filled: 1 / 3 },
  { least: rank.sentence, filled: 1 / 2 },
  { least: rank.space, filled: 1 / 4 },
  { least: rank.grapheme, filled: 0 },
  { least: rank.weak, filled: 0 },
  { least: rank.deep, filled: 0 },
];

/** The best cut behind `start` and not behind `most`. */
function bestCut(ranks: Uint8Array, start: number, most: number): number {
  if (most >= ranks.length - 1) return ranks.length - 1;
  for (const { least, filled } of preferences) {
    const first = start + Math.max(1, Math.ceil((most - start) * filled));
    for (let place = most; place >= first; place--) if ((ranks[place] ?? 0) >= least) return place;
  }
  return cutBefore(ranks, most, start) ?? most;
}
