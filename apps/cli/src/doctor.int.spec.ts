import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateStreams, openBus } from '@trunkline/bus';
import { createControlClient, type ConnectorView } from '@trunkline/control-api';
import { startNats, tempDir } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { examine } from './doctor.ts';
import { runCli } from './testing/run-cli.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('doctor', () => {
  it('says of each part what is wrong and what to do, and ends with 1', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'connectors.toml');
    writeFileSync(file, '[[http_connectors]]\nname = "hook"\nalow = true\n');
    const env = { TRUNKLINE_MASTER_KEY: 'not a key', CONNECTORS_CONFIG: file };
    const nowhere = ['--nats-url', 'nats://127.0.0.1:1', '--api-url', 'http://127.0.0.1:1', '--state-dir', dir.path];
    const { code, out, err } = await runCli([...nowhere, '--json', 'doctor'], env);
    expect(code).toBe(1);
    expect(err).toMatch(/^\d checks failed\.\n$/);
    const findings = lines(out);
    expect(findings.filter(({ outcome }) => outcome !== 'failed')).toEqual([]);
    expect([...new Set(findings.map(({ check }) => check))]).toEqual([
      'config',
      'keys',
      'bus',
      'control plane',
      'processes',
      'connectors',
    ]);
    expect(findings.filter(({ fix }) => fix === undefined)).toEqual([]);
    expect(out).not.toContain('not a key');
  });

  it('finds a stream that is missing, and nothing once it was made', async () => {
    await using nats = await startNats();
    await using dir = await tempDir();
    const look = async () => {
      const { out } = await runCli(['--nats-url', nats.url, '--state-dir', dir.path, '--json', 'doctor']);
      return lines(out).filter(({ check }) => check === 'bus' || check === 'streams');
    };
    const before = await look();
    expect(before[0]).toMatchObject({ check: 'bus', outcome: 'ok' });
    expect(before).toContainEqual(
      expect.objectContaining({ check: 'streams', outcome: 'failed', fix: 'trunkline bus migrate' }),
    );
    const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
    await migrateStreams({ nc: bus.connection, names: bus.names });
    await bus.close();
    expect(await look()).toMatchObject([{ outcome: 'ok' }, { check: 'streams', outcome: 'ok' }]);
  });

  it('tries eight connectors at once, and tells of them in the order of the list', async () => {
    let [underWay, most] = [0, 0];
    const names = Array.from({ length: 20 }, (_, n) => `hook-${n}`);
    const counts = { accepted: 0, duplicate: 0, ignored: 0, rejected: 0, errors: 0, delivered: 0, failed: 0 };
    const view = (name: string): ConnectorView => ({
      ...{ kind: 'http', name, source: 'file', state: 'ready', config: {}, secrets: {}, etag: '1', in_sync: true },
      live: { state: 'ready', traffic: counts, gateways: [] },
    });
    const control = createControlClient({
      url: 'http://control.example',
      async fetch(input) {
        const name = /connectors\/http\/(.+)\/test$/.exec(String(input))?.[1];
        if (name === undefined) return Response.json({ items: names.map(view) });
        most = Math.max(most, ++underWay);
        // The first to be asked are the last to answer.
        await sleep(200 - 10 * names.indexOf(name));
        underWay -= 1;
        const checks = [{ name: 'ingress', outcome: 'ok', detail: `of ${name}`, ms: 1 }];
        return Response.json({ connector: { kind: 'http', name }, gateway: 'g', passed: true, checks });
      },
    });
    const findings = await examine({
      connectorsFile: 'none.toml',
      env: {},
      onBus: async () => [],
      onControl: (look) => look(control),
      now: Date.now,
    });
    const tried = findings.filter(({ check }) => check.startsWith('http/'));
    expect(tried.map(({ check, detail }) => `${check} ${detail}`)).toEqual(
      names.map((name) => `http/${name} ingress: of ${name}`),
    );
    expect(most).toBe(8);
  });
});
