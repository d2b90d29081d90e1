import { fenceAfter } from './chunk-text.ts';

type Fence = ReturnType<typeof fenceAfter>;

/** Markdown as Discord shows it: what it has no form for gets another. Code stays as it is. */
export function discordMarkdown(markdown: string): string {
  const out: string[] = [];
  let fence: Fence;
  let table: string[] = [];
  for (const line of markdown.replaceAll('\r\n', '\n').split('\n')) {
    const inCode = fence !== undefined;
    fence = fenceAfter(line, fence);
    const plain = !inCode && !fence;
    if (plain && /^\s*\|.*\|\s*$/.test(line)) {
      table.push(line);
      continue;
    }
    out.push(...tableBlock(table), plain ? translated(line) : line);
    table = [];
  }
  return [...out, ...tableBlock(table)].join('\n');
}

/** Text that shall be read as it is written. */
export function plainText(text: string): string {
  return text.replace(/[\\*_`~|<>[\]]/g, '\\$&').replace(/^([ \t]*)([#+-]|\d+(?=\.))/gm, '$1\\$2');
}

function translated(line: string): string {
  const [, heading] = /^ {0,3}#{4,6}[ \t]+(\S.*)$/.exec(line) ?? [];
  const shown = heading === undefined ? line : `**${heading.trimEnd().replace(/ #+$/, '').trimEnd()}**`;
  return shown.replace(/!\[([^\]\n]{0,1000})\]\(([^)\s]{1,2000})(?:\s[^)\n]{0,500})?\)/g, image);
}

const image = (_whole: string, text: string, url: string): string => (text === '' ? url : `[${text}](${url})`);

/** Lines between bars that have a row of dashes are a table: columns in line, in a block of code. */
function tableBlock(lines: string[]): string[] {
  if (lines.length < 2 || !/^[\s|:-]+$/.test(lines[1] ?? '')) return lines.map(translated);
  const rows = lines.map((line) =>
    line
      .trim()
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const cells = rows.filter((_row, index) => index !== 1);
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  const aligned = cells.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return ['```', ...aligned.slice(0, 1), rule, ...aligned.slice(1), '```'];
}

const padded = (cell: string, width: number) => cell + ' '.repeat(Math.max(0, width - [...cell].length));
