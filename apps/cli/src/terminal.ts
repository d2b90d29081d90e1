/** Where a command writes: results to `out`, everything for people to `err`. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  readonly json: boolean;
}

/** Rows as aligned columns under their headings; cells are cut to what a terminal shows well. */
export function table(headings: string[], rows: string[][]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Prints rows as a table, or with `--json` as one JSON document per line: what programs read. */
export function printRows<T extends object>(rows: T[], columns: (keyof T & string)[], terminal: Terminal): void {
  if (terminal.json) {
    for (const row of rows) terminal.out(JSON.stringify(row));
    return;
  }
  if (rows.length === 0) return terminal.err('Nothing found.');
  terminal.out(
    table(
      columns.map((name) => name.toUpperCase().replaceAll('_', ' ')),
      rows.map((row) => columns.map((name) => cell(row[name]))),
    ),
  );
}

/** Prints one document: indented for people, on one line with `--json`. */
export function printDocument(document: unknown, { out, json }: Terminal): void {
  out(json ? JSON.stringify(document) : JSON.stringify(document, null, 2));
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
