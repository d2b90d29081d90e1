import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import {
  findLeaks,
  findLeaksInFolder,
  startNats,
  tempDir,
  waitFor,
  type NatsServer,
  type TempDir,
} from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli, type Ended } from './testing/run-cli.ts';

const controlPlane = resolve(import.meta.dirname, '../../control-plane/src/main.ts');
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const hidden = ['hidden-value-of-stdin', 'hidden-value-of-file', 'hidden-value-of-env'] as const;
const adminToken = 'hidden-admin-token-of-the-spec';
const reference = 'connectors.http.orders.bearer_token';

let nats: NatsServer;
let bus: Bus;
let dir: TempDir;
let server: ChildProcess;
let url = '';
const log: string[] = [];
const printed: string[] = [];

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  dir = await tempDir();
  const { out } = await runCli(['secrets', 'generate-key', '--id', 'first']);
  await writeFile(at('master.key'), out);
  await writeFile(at('connectors.toml'), connectors);
  await startServer();
}, 60_000);
afterAll(async () => {
  server.kill('SIGTERM');
  await once(server, 'exit');
  await bus.close();
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const at = (name: string) => join(dir.path, name);

const connectors = `[[http_connectors]]
name = "orders"
bearer_token_secret_ref = "${reference}"
signing_secret_env = "NOT_THERE"

[[http_connectors]]
name = "off"
enabled = false
bearer_token_env = "NOT_THERE_EITHER"
`;

async function startServer(): Promise<void> {
  const env = {
    ...process.env,
    TRUNKLINE_MASTER_KEY_FILE: at('master.key'),
    TRUNKLINE_ADMIN_TOKEN: adminToken,
    CONNECTORS_CONFIG: at('connectors.toml'),
    LOG_LEVEL: 'debug',
  };
  const args = [controlPlane, '--port', '0', '--nats-url', nats.url, '--no-log-pretty', '--ops-port', '0'];
  server = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: server.stdout! }).on('line', (line) => log.push(line));
  const listening = await waitFor(() => log.findLast((line) => line.includes('"api.listening"')), {
    what: 'the control plane',
    timeoutMs: 30_000,
  });
  url = `http://127.0.0.1:${String((JSON.parse(listening) as { port: number }).port)}`;
}

async function run(
  args: string[],
  { stdin, env = {} }: { stdin?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const running = startCli(['--api-url', url, ...args], { TRUNKLINE_TOKEN: adminToken, ...env });
  running.process.stdin?.end(stdin);
  const ended = await running.ended;
  printed.push(ended.out, ended.err);
  return ended;
}

const rows = ({ out }: Ended) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('trunkline secrets', () => {
  it('sets values from wherever they are, as versions with a grace window', async () => {
    const first = await run(['secrets', 'set', reference, '--stdin'], { stdin: `${hidden[0]}\n` });
    expect(first).toMatchObject({ code: 0, out: `Version 1 of ${reference}.\n` });
    await writeFile(at('value'), `${hidden[1]}\n`);
    const second = await run(['secrets', 'set', reference, '--from-file', at('value'), '--grace', '1h']);
    expect(second.out).toMatch(/^Version 2 of .*\. The one before lets requests in until \d{4}-/);
    const third = ['--json', 'secrets', 'set', reference, '--from-env', 'V', '--grace', '0'];
    const [view] = rows(await run(third, { env: { V: hidden[2] } }));
    expect(view).toMatchObject({ reference, version: 3, versions: [{ version: 3, key_id: 'first' }] });
  }, 60_000);

  it('says what is wrong, with the exit code for it', async () => {
    expect((await run(['secrets', 'set', reference])).code).toBe(2);
    expect((await run(['secrets', 'set', 'no such/name', '--stdin'], { stdin: 'x' })).code).toBe(1);
    expect((await run(['secrets', 'delete', 'shared.nothing'])).code).toBe(5);
    const inUse = await run(['secrets', 'delete', reference]);
    expect(inUse.code).toBe(6);
    expect(inUse.err).toContain('http/orders');
    expect((await run(['secrets', 'list'], { env: { TRUNKLINE_TOKEN: 'wrong' } })).code).toBe(4);
  }, 60_000);

  it('lists and deletes', async () => {
    const misnamed = await run(['secrets', 'set', 'orders', '--stdin'], { stdin: 'hidden-shared-value' });
    expect(misnamed).toMatchObject({ code: 0, err: expect.stringContaining('No connector can use it') });
    await run(['secrets', 'delete', 'orders']);
    await run(['secrets', 'set', 'shared.gone', '--stdin'], { stdin: 'hidden-shared-value' });
    const table = (await run(['secrets', 'list'])).out;
    expect(table).toMatch(/REFERENCE +VERSION +UPDATED AT +LAST USED AT +OLD UNTIL +KEY/);
    expect(rows(await run(['--json', 'secrets', 'list', '--begins-with', 'shared.']))).toMatchObject([{ version: 1 }]);
    expect((await run(['secrets', 'delete', 'shared.gone'])).out).toBe('Deleted.\n');
    expect(rows(await run(['--json', 'secrets', 'list']))).toMatchObject([{ reference }]);
  }, 60_000);

  it('changes the master key of a running installation', async () => {
    const old = await readFile(at('master.key'), 'utf8');
    const { out } = await run(['secrets', 'generate-key', '--id', 'second']);
    await writeFile(at('master.key'), out + old);
    const [report] = rows(await run(['--json', 'secrets', 'rekey']));
    expect(report).toMatchObject({ key_id: 'second', keys: ['second', 'first'], rekeyed: 1, failed: [] });
    expect((await run(['secrets', 'rekey'])).out).toBe('0 encrypted anew with key second, 1 were already.\n');
    await writeFile(at('master.key'), out);
    await waitFor(() => log.some((line) => line.includes('"keyring":["second"]')), { what: 'the old key to leave' });

    const wrong = await runCli(['secrets', 'generate-key', '--id', 'third']);
    await writeFile(at('wrong.key'), wrong.out);
    const env = { TRUNKLINE_MASTER_KEY_FILE: at('wrong.key'), NATS_URL: nats.url };
    const check = await run(['config', 'check', at('connectors.toml'), '--resolve'], { env });
    expect(check.out).toContain('it is sealed with key "second", which is not in the keyring');
  }, 60_000);

  it('makes keyrings of gateways that can do nothing else', async () => {
    const env = { TRUNKLINE_MASTER_KEY_FILE: at('master.key') };
    const derived = await runCli(['secrets', 'derive-key', 'http-gateway'], env);
    expect(derived.out).toMatch(/^second\/secrets\.connectors\.http:/);
    expect(derived.out).not.toContain('slack');
    await writeFile(at('http.key'), derived.out);
    const check = (name: string) =>
      run(['config', 'check', at('connectors.toml'), '--resolve'], {
        env: { TRUNKLINE_MASTER_KEY_FILE: at(name), NATS_URL: nats.url, NOT_THERE: 'x' },
      });
    expect(await check('http.key')).toMatchObject({ code: 0 });
    expect((await runCli(['secrets', 'derive-key', 'http-gateway'])).code).toBe(2);
  }, 60_000);

  it('finds secrets of a file that are missing, each with its line', async () => {
    const check = await run(['config', 'check', at('connectors.toml'), '--resolve'], {
      env: { TRUNKLINE_MASTER_KEY_FILE: at('master.key'), NATS_URL: nats.url },
    });
    expect(check.code).toBe(1);
    expect(check.out.trim().split('\n')).toEqual([
      `${at('connectors.toml')}:4: [[http_connectors]] "orders": signing_secret_env: environment variable NOT_THERE is not set`,
    ]);
  }, 60_000);

  it('shows no value: not in what is printed or logged, not in what the server keeps', async () => {
    const outcomes = [
      { where: 'the terminal', text: printed.join('\n') },
      { where: 'the log', text: log.join('\n') },
    ];
    const all = [...hidden, 'hidden-shared-value', adminToken];
    expect(findLeaks(outcomes, all)).toEqual([]);
    expect(await findLeaksInFolder(nats.storeDir, all)).toEqual([]);
  });
});
