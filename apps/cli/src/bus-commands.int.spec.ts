import { startNats, tempDir, type NatsServer, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

let nats: NatsServer;
let dir: TempDir;

beforeAll(async () => {
  nats = await startNats();
  dir = await tempDir();
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const trunkline = (...args: string[]) => runCli(['--state-dir', dir.path, ...args], { NATS_URL: nats.url });

it('migrate makes what is missing, says so, and changes nothing the second time; status shows it', async () => {
  const before = await trunkline('--json', 'bus', 'status');
  expect(rows(before.out)).toContainEqual(expect.objectContaining({ stream: 'tl_EVENTS', state: 'missing' }));
  const first = await trunkline('--json', 'bus', 'migrate');
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(rows(first.out)).toContainEqual({ stream: 'tl_TURNS', change: 'created', fields: expect.any(String) });
  expect(await trunkline('bus', 'migrate')).toMatchObject({ code: 0, out: 'Everything is as it should be.\n' });
  const after = await trunkline('bus', 'status');
  expect(after.out).toMatch(/^STREAM +STATE +MESSAGES +BYTES +CONSUMERS\ntl_EVENTS +ok +0 +0 +\d\n/);
  expect(after.out).not.toContain('missing');
});

it('the prefix keeps two installations on one server apart', async () => {
  await trunkline('--prefix', 'other', 'bus', 'migrate');
  const { out } = await trunkline('--json', '--prefix', 'other', 'bus', 'status');
  expect(rows(out)[0]).toMatchObject({ stream: 'other_EVENTS', state: 'ok' });
});

it('ends with 3 and the remedy when no server answers', async () => {
  const { code, err } = await runCli(['--state-dir', dir.path, '--nats-url', 'nats://127.0.0.1:1', 'bus', 'status']);
  expect({ code, err }).toEqual({
    code: 3,
    err: expect.stringContaining('No NATS server answers at nats://127.0.0.1:1.'),
  });
});

it('ends with 2 for what the command line does not know', async () => {
  expect(await trunkline('bus', 'status', '--al')).toMatchObject({ code: 2 });
});

const rows = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
