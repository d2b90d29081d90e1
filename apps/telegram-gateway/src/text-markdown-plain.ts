import type { TextEntity } from './message-payload.ts';

/** A stretch that is formatted, as `[from, to)` in UTF-16 units. */
export interface Stretch {
  from: number;
  to: number;
  entity: TextEntity;
}

/** One line of letters, digits, spaces and signs that mean nothing in markdown, where no line begins with them. */
const harmless = /^\p{L}(?:[\p{L}\p{N}\p{So} ,.;:?!'"()/%-]*[\p{L}\p{N}\p{So},.;:?!'"()/%-])?$/u;
const marks: Readonly<Record<string, string>> = { bold: '**', italic: '*', strikethrough: '~~', code: '`' };
const mayStandBeside = new Set([undefined, ...' ,.;:?!\'"()/%-']);

/**
 * What the tree of such a text would be written as, where that is the text itself with marks in it: words of a line in bold and the
 * like. `undefined` for all others. A tree costs more than everything else that is done for an update.
 */
export function plainlyMarked(text: string, stretches: readonly Stretch[]): string | undefined {
  if (!harmless.test(text)) return undefined;
  let markdown = '';
  let at = -1;
  for (const { from, to, entity } of stretches) {
    const mark = marks[entity.type];
    const inTheWay = from <= at || text[from] === ' ' || text[to - 1] === ' ';
    if (mark === undefined || inTheWay || !mayStandBeside.has(text[from - 1]) || !mayStandBeside.has(text[to])) {
      return undefined;
    }
    markdown += `${text.slice(Math.max(0, at), from)}${mark}${text.slice(from, to)}${mark}`;
    at = to;
  }
  return markdown + text.slice(Math.max(0, at));
}
