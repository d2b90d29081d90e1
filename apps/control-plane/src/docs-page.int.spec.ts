import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { roles, routes, type Role, type Route } from '@trunkline/control-api';
import { tempDir } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { startTestApi, testAdminToken } from './testing/start-test-api.ts';

const page = await readFile(new URL('../../../docs/control-plane.md', import.meta.url), 'utf8');
const run = promisify(execFile);

describe('docs/control-plane.md', () => {
  it('shows commands that work, one after the other', async () => {
    await using api = await startTestApi();
    await using folder = await tempDir();
    await mkdir(join(folder.path, '.trunkline'));
    await writeFile(join(folder.path, '.trunkline/admin.token'), `${testAdminToken}\n`);
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
    // Refusals are failures here.
    const script = blocks.join('\n').replaceAll('curl -sS', 'curl --fail-with-body -sS -w "\\n"');
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
    const at = script.replace('http://127.0.0.1:8085', api.url);
    const { stdout } = await run('bash', ['-euc', at], { cwd: folder.path, env });

    const answers = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(answers).toMatchObject([
      { name: 'dashboard', role: 'viewer', token: expect.stringMatching(/^tlt_/) },
      { name: 'start-up token', role: 'admin' },
      { items: [{ name: 'dashboard', state: 'valid' }] },
      { items: [{ operation: 'createToken', by: { name: 'start-up token' } }] },
      { name: 'start-up token', csrf_token: expect.any(String) },
    ]);
  });

  it('lists every operation under the role that it needs', async () => {
    const [before, after] = page.split(/(?<=^<!-- roles.*-->\n)[^]*?(?=^<!-- \/roles -->$)/m);
    await expect([before, rolesTable(), after].join('')).toMatchFileSnapshot('../../../docs/control-plane.md');
  });
});

function rolesTable(): string {
  const rows = (['anyone', ...roles] as const).map((role) => `| ${role} | ${operationsOf(role).join(', ')} |`);
  return ['', '<!-- prettier-ignore -->', '| role | operations |', '| --- | --- |', ...rows, '', ''].join('\n');
}

function operationsOf(role: Role | 'anyone'): string[] {
  const table: [string, Route][] = Object.entries(routes);
  return table.filter(([, route]) => route.role === role).map(([id]) => `\`${id}\``);
}
