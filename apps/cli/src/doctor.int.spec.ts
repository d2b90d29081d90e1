import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateStreams, openBus } from '@trunkline/bus';
import { startNats, tempDir } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
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
});
