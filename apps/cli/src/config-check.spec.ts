import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configCheck } from './config-check.ts';
import { CommandFailed } from './exit-codes.ts';

const good = '[[http_connectors]]\nname = "orders"\nbearer_token_env = "ORDERS_TOKEN"\n';
const twoErrors = '[[http_connectors]]\nname = "orders"\nbearer_tokn_env = "X"\nwait_ms = -1\n';
const inline = '[[http_connectors]]\nname = "orders"\nbearer_token = "do-not-print-me"\n';

function check(text: string | Uint8Array, json = false) {
  const file = join(mkdtempSync(join(tmpdir(), 'trunkline-check-')), 'connectors.toml');
  writeFileSync(file, text);
  return checkFile(file, json);
}

async function checkFile(file: string, json = false) {
  const lines: string[] = [];
  try {
    await configCheck(file, { out: (line) => lines.push(line.replaceAll(file, 'FILE')), err: () => {}, json });
    return { exit: 0, lines };
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { exit: error.exitCode, lines, message: error.message.replaceAll(file, 'FILE') };
  }
}

describe('config check', () => {
  it('says how many connectors a good file has', async () => {
    expect(await check(good)).toEqual({ exit: 0, lines: ['FILE: 1 connectors, no errors.'] });
  });

  it('prints all errors at once, each with its line, and fails', async () => {
    const { exit, lines, message } = await check(twoErrors);
    expect({ exit, message }).toEqual({ exit: 1, message: expect.stringMatching(/^FILE: \d errors\.$/) });
    expect(lines.join('\n')).toMatch(/FILE:3: .*"bearer_tokn_env".*did you mean "bearer_token_env"/);
    expect(lines.join('\n')).toMatch(/FILE:4: .*wait_ms/);
  });

  it('warns of a secret in the file without showing it, and does not fail', async () => {
    const { exit, lines } = await check(inline);
    expect(exit).toBe(0);
    expect(lines[0]).toMatch(/^warning: FILE:3: /);
    expect(lines.join('\n')).not.toContain('do-not-print-me');
  });

  it('prints one JSON document for programs, with the line of each problem', async () => {
    const { exit, lines } = await check(twoErrors, true);
    expect(exit).toBe(1);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([expect.objectContaining({ line: 3, key: 'bearer_tokn_env' })]),
    });
  });

  it.each([
    { file: 'nowhere.toml', because: 'there is none' },
    { file: tmpdir(), because: 'it is a folder' },
  ])('ends with 5 for a file that cannot be read: $because', async ({ file }) => {
    expect(await checkFile(file)).toMatchObject({ exit: 5 });
  });
});
