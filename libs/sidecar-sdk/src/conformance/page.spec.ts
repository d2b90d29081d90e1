import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  batchRequestSchema,
  batchResultSchema,
  credentialSchema,
  eventRequestSchema,
  eventResultSchema,
  uploadedAssetSchema,
} from '../ingress-contract.ts';
import { deliveryAnswerSchema, deliverySchema, healthSchema, manifestSchema } from '../runtime-contract.ts';
import { conformanceChecks } from './check-sidecar.ts';

const file = '../../../../docs/sidecars.md';
const page = readFileSync(join(import.meta.dirname, file), 'utf8');

const shown = [...page.matchAll(/^### (\d\.\d)|^```json\n(.*?)^```$/gms)].reduce<{ section: string; json: string }[]>(
  (blocks, [, section, json]) => [...blocks, { section: section ?? blocks.at(-1)?.section ?? '', json: json ?? '' }],
  [],
);

describe('docs/sidecars.md', () => {
  it.each([
    { section: '2.2', schemas: [manifestSchema] },
    { section: '2.3', schemas: [healthSchema] },
    { section: '2.4', schemas: [deliverySchema] },
    { section: '2.5', schemas: [deliveryAnswerSchema] },
    { section: '3.1', schemas: [eventRequestSchema, eventResultSchema] },
    { section: '3.2', schemas: [batchRequestSchema, batchResultSchema] },
    { section: '3.4', schemas: [uploadedAssetSchema] },
    { section: '3.5', schemas: [credentialSchema] },
  ])('shows in $section what the schemas take', ({ section, schemas }) => {
    const blocks = shown.filter((block) => block.section === section && block.json !== '');
    expect(blocks.map(({ json }, index) => schemas[index]?.safeParse(JSON.parse(json)).success)).toEqual(
      schemas.map(() => true),
    );
  });

  it('has the section of every check', () => {
    const sections = new Set(shown.map(({ section }) => section));
    expect(conformanceChecks.filter(({ section }) => !sections.has(section))).toEqual([]);
  });

  it('lists every check', async () => {
    const [before, after] = page.split(/(?<=^<!-- checks.*-->\n)[^]*?(?=^<!-- \/checks -->$)/m);
    await expect([before, table(), after].join('')).toMatchFileSnapshot(file);
  });
});

function table(): string {
  const rows = [
    ['check', 'section', 'expects'],
    ...conformanceChecks.map(({ id, section, expected }) => [`\`${id}\``, section, expected]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [heading = '', ...body] = rows.map(line);
  return ['', heading, rule, ...body, '', ''].join('\n');
}
