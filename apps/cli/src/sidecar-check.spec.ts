import { resolve } from 'node:path';
import { freePort } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

const root = resolve(import.meta.dirname, '../../..');
const run = (file: string) => `'${process.execPath}' '${resolve(root, file)}'`;
const good = run('docs/examples/echo-sidecar.ts');
const talkative = `${run('libs/sidecar-sdk/src/testing/raw-sidecar-main.ts')} deliver-size`;

async function check(command: string, ...more: string[]) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const rooms = `ROOMS_PORT=${await freePort()}`;
  return runCli(['sidecar', 'check', url, '--start', command, '--env', rooms, '--wait', '0', ...more]);
}

describe('trunkline sidecar check', () => {
  it('shows a line for each rule and ends with 0 if none is broken', async () => {
    const { code, out, err } = await check(good, '--route', '/lobby');
    expect(code).toBe(0);
    expect(out).toContain('✓ 2.7 attachment-fetched: fetches the file of a delivery (fetched)\n');
    expect(out).toContain('- 3.1 event-shape: submits events of the right shape and size (no event came:');
    expect(out).toMatch(/✓ 4\.3 drain-exit: .*\n\d+ kept, 0 broken, \d+ could not be seen\.\n$/);
    expect(err).toContain('sidecar | {');
  });

  it('says what was expected and what came, and ends with 1 if a rule is broken', async () => {
    const { code, out, err } = await check(talkative);
    expect(code).toBe(1);
    expect(out).toContain(
      '✗ 2.5 deliver-size: answers briefly; expected a body of at most 64 KiB; came: 70034 bytes\n',
    );
    expect(err).toContain('rule is broken.');
  });

  it('prints one document with --json', async () => {
    const { code, out } = await check(talkative, '--json');
    expect(code).toBe(1);
    const failed = JSON.parse(out).results.filter(({ outcome }: { outcome: string }) => outcome === 'failed');
    expect(failed).toMatchObject([{ id: 'deliver-size', section: '2.5', found: '70034 bytes' }]);
  });

  it('ends with 3 if nothing can be asked', async () => {
    const { code, err } = await check('true');
    expect(code).toBe(3);
    expect(err).toContain('the command has ended');
  });

  it.each([
    { more: ['--env', 'NAME'], because: 'a variable needs a value' },
    { more: ['--credential', 'TRUNKLINE_NOT_SET'], because: 'a secret needs one here' },
  ])('ends with 2: $because', async ({ more }) => {
    expect(await check(good, ...more)).toMatchObject({ code: 2 });
  });
});
