import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import type { Grant } from '@trunkline/events';
import { readSidecar } from './sidecar-record.ts';
import { isAlive, sidecarsInProcess, type InProcess } from './testing/in-process.ts';

const startsOf = (it: InProcess) => it.notes().filter(({ started }) => started !== undefined);
const isReady = (it: InProcess) =>
  waitFor(async () => (await it.sidecars.record('side'))?.status === 'ready', {
    what: 'a ready child',
    timeoutMs: 15_000,
  });
const becomes = (it: InProcess, code: string) =>
  waitFor(async () => ((await it.sidecars.record('side'))?.code === code ? it.sidecars.record('side') : undefined), {
    what: code,
    timeoutMs: 15_000,
  });

describe('a child', () => {
  it('runs with its environment and nothing of ours, is known to all, and ends with us together with what it started', async () => {
    await using it = await sidecarsInProcess({ GRANDCHILD: 'yes', SAY: 'my token is TOKEN' });
    await isReady(it);
    const [start] = startsOf(it);
    // What is known here is written to the bus a moment later.
    const known = async () => {
      const written = await readSidecar('side', it.bus);
      return written?.manifest && written;
    };
    const record = await waitFor(known, { what: 'the record on the bus' });
    expect(record).toMatchObject({ mode: 'child_process', gateway: 'spec', pid: start?.pid });
    expect(record.manifest?.instance_id).toBe(`child-${start?.pid}`);
    expect(start?.env).toEqual(expect.arrayContaining(['PATH', 'STARTS']));
    expect(start?.env).not.toContain('OTHERS_SECRET');
    expect(start?.env?.filter((key) => /CONNECTOR_/.test(key))).toEqual(
      ['KHEISH_EXTERNAL_CONNECTOR_', 'TRUNKLINE_CONNECTOR_'].flatMap((prefix) =>
        [
          'BASE_URL',
          'CREDENTIAL_KEYS_JSON',
          'CREDENTIAL_TOKEN',
          prefix.startsWith('K') ? 'DAEMON_BASE_URL' : 'GATEWAY_URL',
          'NAME',
          'SHARED_TOKEN',
        ].map((key) => prefix + key),
      ),
    );
    const line = () => it.logged.find(({ message }) => message === 'sidecar.said');
    await waitFor(line, { what: 'its line in our log' });
    expect(line()?.fields).toEqual({ connector: 'side', stream: 'stdout', line: 'my token is [secret]' });
    const said = await it.sidecars.log('side');
    expect(said).toEqual(
      expect.arrayContaining([{ at: expect.any(String), from: 'stdout', line: 'my token is [secret]' }]),
    );
    expect(said).toEqual(
      expect.arrayContaining([{ at: expect.any(String), from: 'gateway', line: 'The sidecar is starting.' }]),
    );
    const grant = await it.bus.bucket<Grant>('grants').get('external.side');
    expect(JSON.stringify(grant?.value)).not.toContain('shared-secret-token');

    await it.stop();
    expect([start?.pid, start?.grandchild].map((pid) => isAlive(pid ?? 0))).toEqual([false, false]);
    expect(await it.bus.bucket<Grant>('grants').get('external.side')).toBeUndefined();
    expect(await readSidecar('side', it.bus)).toMatchObject({ status: 'stopped' });
  });

  it('that crashes is started again and again, with pauses that grow', async () => {
    await using it = await sidecarsInProcess({ BEHAVE: 'crash' });
    await waitFor(() => startsOf(it).length >= 4, { what: 'four starts', timeoutMs: 20_000 });
    const failed = it.logged.filter(({ message }) => message === 'sidecar.failed').map(({ fields }) => fields);
    expect(failed.slice(0, 3)).toMatchObject([
      { code: 'exited', failures: 1, reason: expect.stringContaining('exit code 3') },
      { failures: 2 },
      { failures: 3 },
    ]);
    const [first, , third] = failed.map((fields) => Number(fields['pause_ms']));
    expect(third).toBeGreaterThan(first ?? 0);
    expect(startsOf(it).flatMap(({ overlap = [] }) => overlap)).toEqual([]);
  });

  it('that does not answer any more is replaced', async () => {
    await using it = await sidecarsInProcess({ BEHAVE: 'deaf' }, { probeMs: 200 });
    await isReady(it);
    writeFileSync(join(it.folder, 'flag'), '');
    await waitFor(() => it.logged.some(({ fields }) => fields['code'] === 'deaf'), {
      what: 'deafness',
      timeoutMs: 15_000,
    });
    await waitFor(() => startsOf(it).length >= 2, { what: 'another child', timeoutMs: 15_000 });
    expect(startsOf(it).flatMap(({ overlap = [] }) => overlap)).toEqual([]);
  });

  it('that is stopped by a signal is replaced', async () => {
    await using it = await sidecarsInProcess({}, { probeMs: 200 });
    await isReady(it);
    const [first] = startsOf(it);
    process.kill(first?.pid ?? 0, 'SIGSTOP');
    await waitFor(() => startsOf(it).length === 2, { what: 'another child', timeoutMs: 15_000 });
    expect(isAlive(first?.pid ?? 0)).toBe(false);
    await isReady(it);
  });

  it.each([
    { behave: 'wrong_version', code: 'unsupported_version' },
    { behave: 'wrong_instance', code: 'instance_mismatch' },
    { behave: 'starting', code: 'not_ready_in_time' },
  ])('that is $behave shows as $code', async ({ behave, code }) => {
    await using it = await sidecarsInProcess({ BEHAVE: behave }, { startWithinMs: 700 });
    expect(await becomes(it, code)).toMatchObject({ status: 'down' });
  });

  it('that is degraded runs and shows it', async () => {
    await using it = await sidecarsInProcess({ BEHAVE: 'degraded' });
    await waitFor(async () => (await it.sidecars.record('side'))?.status === 'degraded', {
      what: 'degraded',
      timeoutMs: 15_000,
    });
    expect(startsOf(it)).toHaveLength(1);
  });

  it('is started anew when its configuration changes, and the old one gets no more than its grace', async () => {
    await using it = await sidecarsInProcess({ BEHAVE: 'stubborn' });
    await isReady(it);
    await it.configure({ BEHAVE: 'well' });
    await waitFor(() => startsOf(it).length === 2, { what: 'the new child', timeoutMs: 15_000 });
    expect(it.notes().map(({ started, sigterm }) => started ?? sigterm)).toEqual(['stubborn', true, 'well']);
    expect(startsOf(it).flatMap(({ overlap = [] }) => overlap)).toEqual([]);
    expect(it.logged.some(({ message }) => message === 'sidecar.failed')).toBe(false);
  });

  it('is not started where something else listens', async () => {
    await using it = await sidecarsInProcess({});
    await isReady(it);
    const port = Number(new URL((await configuredUrl(it)) ?? '').port);
    await it.configure({ BEHAVE: 'crash' });
    await becomes(it, 'exited');
    const squatter = await listenAt(port);
    expect(await becomes(it, 'port_taken')).toMatchObject({ status: 'down' });
    await new Promise((resolve) => squatter.close(resolve));
    await it.configure({});
    await isReady(it);
  });
});

async function configuredUrl({ folder }: InProcess): Promise<string | undefined> {
  const { readFile } = await import('node:fs/promises');
  return /base_url = "([^"]+)"/.exec(await readFile(join(folder, 'connectors.toml'), 'utf8'))?.[1];
}

/** Between two children the port is free for a moment only. */
async function listenAt(port: number): Promise<Server> {
  return waitFor(
    () =>
      new Promise<Server | undefined>((resolve) => {
        const server = createServer((socket) => socket.destroy());
        server.once('error', () => resolve(undefined));
        server.listen(port, '127.0.0.1', () => resolve(server));
      }),
    { what: 'the port' },
  );
}
