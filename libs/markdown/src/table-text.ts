import type { Table } from 'mdast';
import { inlineText } from './inline-text.ts';

type Side = NonNullable<Table['align']>[number];

const widestColumn = 60;
const letters = new Intl.Segmenter();

/** A table in columns of one width, for type of one width: heading, a line, rows. */
export function tableText(table: Table): string {
  const rows = table.children.map((row) => row.children.map((cell) => inlineText(cell.children).replaceAll('\n', ' ')));
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: columns }, (_, column) => widthOf(rows, column));
  const lines = rows.map((row) =>
    row.map((text, column) => padded(text, { width: widths[column] ?? 0, side: table.align?.[column] })),
  );
  const [head = [], ...body] = lines.map((cells) => cells.join('  ').trimEnd());
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...body].join('\n');
}

/** One long cell must not push all others off the page. */
function widthOf(rows: readonly string[][], column: number): number {
  const widest = rows.reduce((most, row) => Math.max(most, lengthOf(row[column] ?? '')), 3);
  return Math.min(widestColumn, widest);
}

function padded(text: string, { width, side }: { width: number; side: Side | undefined }): string {
  const free = Math.max(0, width - lengthOf(text));
  if (side === 'right') return ' '.repeat(free) + text;
  if (side !== 'center') return text + ' '.repeat(free);
  const before = Math.floor(free / 2);
  return ' '.repeat(before) + text + ' '.repeat(free - before);
}

/** Letters as people count them: an emoji made of several characters is one. */
const lengthOf = (text: string) => (/^[\x20-\x7e]*$/.test(text) ? text.length : [...letters.segment(text)].length);
