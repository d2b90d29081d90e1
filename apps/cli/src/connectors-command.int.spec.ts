import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { migrateStreams, openBus } from '@trunkline/bus';
import { connectorViewSchema } from '@trunkline/control-api';
import { generateKey } from '@trunkline/secrets';
import { freePort, startNats, tempDir, waitFor, type NatsServer, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli, type Ended } from './testing/run-cli.ts';

/** The commands as a user runs them, against a control plane in a process of its own. */
const controlPlane = resolve(import.meta.dirname, '../../control-plane/src/main.ts');
const adminToken = 'admin-token-of-the-command-line';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

let dir: TempDir;
let nats: NatsServer;
let control: ChildProcess;
let url: string;

beforeAll(async () => {
  dir = await tempDir();
  nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  await bus.close();
  const file = join(dir.path, 'connectors.toml');
  await writeFile(file, '[[http_connectors]]\nname = "from-file"\nbearer_token_env = "T"\n');
  const [port, opsPort] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}`;
  control = spawn(process.execPath, [controlPlane, '--port', String(port), '--ops-port', String(opsPort)], {
    env: {
      ...process.env,
      NATS_URL: nats.url,
      CONNECTORS_CONFIG: file,
      TRUNKLINE_MASTER_KEY: generateKey('spec'),
      TRUNKLINE_ADMIN_TOKEN: adminToken,
      LOG_LEVEL: 'error',
    },
    stdio: 'ignore',
  });
  const isReady = async () => (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).ok;
  await waitFor(isReady, { what: 'the control plane', timeoutMs: 60_000 });
}, 90_000);

afterAll(async () => {
  const gone = once(control, 'exit');
  control.kill('SIGTERM');
  await gone;
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
}, 60_000);

function connectors(args: string[], input = ''): Promise<Ended> {
  const running = startCli(['--state-dir', dir.path, '--api-url', url, ...args], { TRUNKLINE_TOKEN: adminToken });
  running.process.stdin?.end(input);
  return running.ended;
}
const run = (...args: string[]) => connectors(['connectors', ...args]);
const json = async (...args: string[]) => {
  const { out } = await connectors(['--json', 'connectors', ...args]);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('connectors', () => {
  it('are made, shown, changed, switched and deleted', async () => {
    const secret = ['--secret', 'bearer_token=-', '--grace', '1h'];
    const made = await connectors(['connectors', 'put', 'http', 'hook', '--set', 'wait_ms=5', ...secret], 'hunter2\n');
    expect(made).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^wait_ms +- +5$/m) });
    expect(made.out).toMatch(/^bearer_token +- +\{.*"new_value":true\}$/m);

    const [view] = await json('get', 'http', 'hook');
    expect(connectorViewSchema.parse(view)).toMatchObject({ config: { wait_ms: 5 }, state: 'unknown' });
    const shown = await run('get', 'http', 'hook');
    expect(shown.out).toMatch(/^bearer_token +secret connectors\.http\.hook\.bearer_token, version 1$/m);
    expect(shown.out).toMatch(/^signing_secret +-$/m);

    const dry = await run('put', 'http', 'hook', '--unset', 'wait_ms', '--dry-run');
    expect(dry.out).toMatch(/^wait_ms +5 +2000$\n^Nothing was written/m);
    const [written] = await json('put', 'http', 'hook', '--unset', 'wait_ms', '--if-match', String(view?.['etag']));
    expect(written).toMatchObject({ changes: [{ field: 'wait_ms', from: 5, to: 2000 }], dry_run: false });

    expect((await run('disable', 'http', 'hook')).out).toMatch(/^enabled +true +false$/m);
    expect(await json('list', '--state', 'disabled')).toMatchObject([{ name: 'hook' }]);
    expect((await run('list')).out).toMatch(/^http +hook +runtime +disabled/m);
    expect((await run('enable', 'http', 'hook')).out).toMatch(/^enabled +false +true$/m);

    const deleted = await run('delete', 'http', 'hook');
    expect(deleted).toMatchObject({ code: 0, out: 'Deleted.\n  secret connectors.http.hook.bearer_token\n' });
    for (const told of [made, shown, dry, deleted]) expect(told.out + told.err).not.toContain('hunter2');
  }, 120_000);

  it.each([
    { args: ['put', 'http', 'a', '--set', 'wiat_ms=5'], code: 1, says: 'did you mean "wait_ms"?' },
    { args: ['put', 'http', 'a', '--secret', 'bearer_token=hunter2'], code: 2, says: 'bearer_token=@FILE' },
    { args: ['put', 'http', 'from-file', '--set', 'wait_ms=5'], code: 6, says: 'change it there' },
    { args: ['put', 'http', 'a', '--set', 'wait_ms=5', '--if-match', '7'], code: 6, says: 'any more' },
    { args: ['get', 'http', 'nobody'], code: 5, says: 'trunkline connectors list' },
    { args: ['test', 'http', 'from-file'], code: 3, says: 'gateway' },
    { args: ['delete', 'fax', 'a'], code: 2, says: 'http, slack, telegram, external' },
  ])('$args ends with $code and says what to do', async ({ args, code, says }) => {
    expect(await run(...args)).toMatchObject({ code, err: expect.stringContaining(says) });
  });

  it('--wait says when no gateway works with it', async () => {
    const done = await run('put', 'http', 'alone', '--set', 'allow_unauthenticated_ingress=true', '--wait');
    expect(done).toMatchObject({ code: 1, err: expect.stringContaining('No http gateway runs.') });
  }, 60_000);
});
