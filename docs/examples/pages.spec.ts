import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseConnectorsFile } from '@trunkline/config';
import { outputSchema } from '@trunkline/events';
import { instruments, metricPrefix } from '@trunkline/telemetry';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { permissionsTable } from './testing/permissions-table.ts';
import { isFromTrunkline } from './verify-delivery.mjs';

const root = resolve(import.meta.dirname, '../..');
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', ...docs.map((name) => `docs/${name}`)].map((name) => ({
  name,
  text: readFileSync(join(root, name), 'utf8'),
}));
const blocks = (language: string) =>
  pages.flatMap(({ name, text }) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => ({
      name,
      block,
    })),
  );

/** The program that a page shows in TypeScript. */
const programs: Record<string, string> = { 'docs/sidecars.md': 'echo-sidecar.ts' };

describe('the pages', () => {
  it.each(blocks('toml'))('$name shows connectors that are valid: $block', ({ block, name }) => {
    expect(parseConnectorsFile(block, name)).toMatchObject({ ok: true, warnings: [] });
  });

  it.each(blocks('json'))('$name shows JSON that is valid: $block', ({ block }) => {
    expect(() => JSON.parse(block)).not.toThrow();
  });

  it('shows an output that is one', () => {
    const outputs = blocks('json').filter(({ block }) => block.includes('"my-agent:'));
    expect(outputs.map(({ block }) => outputSchema.safeParse(JSON.parse(block)).success)).toEqual([true]);
  });

  it.each([
    ...blocks('ts').map((shown) => ({ ...shown, file: programs[shown.name] ?? 'counting-agent.ts' })),
    ...blocks('js').map((shown) => ({ ...shown, file: 'verify-delivery.mjs' })),
  ])('$name shows $file as it is', ({ block, file }) => {
    expect(block).toBe(readFileSync(join(import.meta.dirname, file), 'utf8'));
  });

  it.each(pages)('$name links to files that exist', ({ name, text }) => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(root, dirname(name), link)))).toEqual([]);
  });

  it('lists every metric and what each process may do', async () => {
    const page = pages.find(({ name }) => name === 'docs/operations.md')?.text ?? '';
    const listed = filled(filled(page, 'metrics', metricsTable()), 'permissions', table(permissionsTable()));
    await expect(listed).toMatchFileSnapshot('../operations.md');
  });
});

describe('verify-delivery.mjs', () => {
  const secret = `whsec_${Buffer.from('a key of thirty-two bytes, really').toString('base64')}`;
  const body = Buffer.from('{"text":"hello"}');
  const signed = (id: string, at = new Date()) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body.toString()),
  });
  const good = signed('dlv_1');

  it.each([
    { headers: good, ok: true, because: 'an independent signer made it' },
    {
      headers: { ...good, 'webhook-signature': `v1,AAAA ${good['webhook-signature']}` },
      ok: true,
      because: 'one of two fits',
    },
    { headers: { ...good, 'webhook-id': 'dlv_2' }, ok: false, because: 'the id was changed' },
    { headers: signed('dlv_1', new Date(Date.now() - 400_000)), ok: false, because: 'it is too old' },
    { headers: {}, ok: false, because: 'nothing is signed' },
  ])('$ok: $because', ({ headers, ok }) => {
    expect(isFromTrunkline(headers, body, secret)).toBe(ok);
  });
});

/** The page with `text` between the marks of this name. */
function filled(page: string, mark: string, text: string): string {
  const [before, after] = page.split(new RegExp(`(?<=^<!-- ${mark}.*-->\\n)[^]*?(?=^<!-- /${mark} -->$)`, 'm'));
  return [before, text, after].join('');
}

function metricsTable(): string {
  const rows = Object.entries(instruments).map(([name, { kind, labels, description }]) => [
    `\`${metricPrefix}${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(', '),
    description,
  ]);
  return table([['metric', 'kind', 'labels', 'means'], ...rows]);
}

function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [heading = [], ...body] = rows.map(line);
  return ['', heading, rule, ...body, '', ''].join('\n');
}
