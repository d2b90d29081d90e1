import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { startNats, tempDir, type NatsServer, type TempDir } from '@trunkline/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

let nats: NatsServer;
let dir: TempDir;
let bus: Bus;

beforeEach(async () => {
  nats = await startNats();
  dir = await tempDir();
  bus = await openBus({ servers: nats.url, name: 'test' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterEach(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const backup = () => join(dir.path, 'backup');
const trunkline = (...args: string[]) => runCli(['--state-dir', dir.path, ...args], { NATS_URL: nats.url });
const subject = (n: number) => bus.names.turn(`c${n % 7}`, `session-${n % 3}`);

async function fill(): Promise<void> {
  for (let n = 0; n < 500; n++) await bus.append(subject(n), JSON.stringify({ n }));
  await bus.bucket('sessions').put('one', { name: 'kept' });
  await bus.bucket('sessions').put('gone', { name: 'deleted' });
  await bus.bucket('sessions').delete('gone');
  await bus.objects('assets').put('a', { bytes: new Uint8Array(700_000).fill(7), fileName: 'a.bin' });
}

async function kept() {
  const newest = await bus.read('TURNS', { newestOf: bus.names.turnsOfSession('session-1') });
  const entry = await bus.bucket('sessions').get('one');
  return { state: await bus.streamState('TURNS'), seq: newest?.seq, time: newest?.time, turn: newest?.json(), entry };
}

it('a restore brings back messages with their sequences and times, values with their revisions, objects and incarnations', async () => {
  await fill();
  const before = await kept();
  const saved = await trunkline('bus', 'backup', backup());
  expect(saved).toMatchObject({ code: 0, out: expect.stringMatching(/^Saved 20 streams, 50\d messages/) });

  await bus.append(subject(1), 'said after the backup');
  expect(await trunkline('bus', 'restore', backup(), '--force')).toMatchObject({ code: 0 });
  expect(await kept()).toEqual(before);
  expect(await bus.bucket('sessions').get('gone')).toBeUndefined();
  expect((await bus.objects('assets').get('a'))?.bytes.length).toBe(700_000);
  expect(await trunkline('bus', 'status')).toMatchObject({ out: expect.not.stringContaining('missing') });
});

it('refuses to replace what is there, until it is told to', async () => {
  await fill();
  await trunkline('bus', 'backup', backup());
  const { code, err } = await trunkline('bus', 'restore', backup());
  expect({ code, err }).toEqual({ code: 6, err: expect.stringMatching(/tl_TURNS.*\n.*--force/) });
  expect((await bus.streamState('TURNS')).last).toBe(500);
});

it.each([
  { what: 'a damaged file', damage: (folder: string) => writeFileSync(join(folder, 'tl_TURNS.snapshot'), 'x') },
  { what: 'a missing file', damage: (folder: string) => rmSync(join(folder, 'tl_TURNS.snapshot')) },
  { what: 'a backup that was broken off', damage: (folder: string) => rmSync(join(folder, 'manifest.json')) },
])('restores nothing of $what', async ({ damage }) => {
  await fill();
  await trunkline('bus', 'backup', backup());
  damage(backup());
  expect((await trunkline('bus', 'restore', backup(), '--force')).code).not.toBe(0);
  expect((await bus.streamState('TURNS')).last).toBe(500);
});

it('is not written over another, and not restored under another prefix', async () => {
  await trunkline('bus', 'backup', backup());
  expect(await trunkline('bus', 'backup', backup())).toMatchObject({ code: 6 });
  const other = await trunkline('--prefix', 'other', 'bus', 'restore', backup());
  expect(other).toMatchObject({ code: 6, err: expect.stringContaining('--prefix tl') });
});
