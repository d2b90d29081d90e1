/**
 * Measures the whole system and compares it with the least that could do the job, in the same run.
 *
 *     npm run -s bench -- [--json] [--only 'part of a row name'] [--quick]
 *
 * With --json the last line of standard output is one JSON object; else bench/RESULTS.md is written.
 */
import { parseArgs } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { measurements } from './measurements.ts';
import { reportOf, resultsPage } from './report.ts';
import type { Row } from './row.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const { only, quick } = values;
const wanted = (name: string) => only === undefined || name.includes(only);

const chosen = measurements.filter(({ rows }) => rows.some(wanted));
if (chosen.length === 0) {
  say(`No row is called "${only}". There are: ${measurements.flatMap(({ rows }) => rows).join(', ')}`);
  process.exit(2);
}
const rows: Row[] = [];
for (const { measure } of chosen) {
  for (const row of await measure({ quick, say })) {
    say(`=> ${row.name}: ${row.value} ${row.unit}${row.ratio === undefined ? '' : `, ${row.ratio} of ${row.floor}`}`);
    if (wanted(row.name)) rows.push(row);
  }
}

const report = await reportOf(rows);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else if (only === undefined && !quick) {
  const file = join(resolve(import.meta.dirname, '../../../..'), 'bench/RESULTS.md');
  await writeFile(file, resultsPage(report, new Date()));
  say(`written to ${file}`);
} else process.stdout.write(resultsPage(report, new Date()));
