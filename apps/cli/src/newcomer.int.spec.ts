import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, tempDir, waitFor, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, runs } from './testing/processes.ts';
import { runCli, startCli, type Running } from './testing/run-cli.ts';

/** What the README tells a newcomer to do, without an account anywhere. */
const natsServer =
  process.env['TRUNKLINE_NATS_SERVER'] ?? join(import.meta.dirname, '../../../.cache/nats-server/nats-server');
const patience = { timeoutMs: 60_000 };

let dir: TempDir;
let state: string;
let dev: Running;
const fakes: Running[] = [];

beforeAll(async () => {
  dir = await tempDir();
  state = join(dir.path, 'state');
  const ports = ['--port', String(await freePort()), '--nats-port', String(await freePort())];
  dev = startCli(['dev', '--state-dir', state, '--nats-server', natsServer, ...ports]);
  await waitFor(() => dev.out().includes('Ctrl-C'), { what: 'dev', ...patience });
}, 90_000);

afterAll(async () => {
  for (const running of [...fakes, dev]) running.process.kill('SIGTERM');
  await Promise.all([...fakes, dev].map(({ ended }) => ended));
  await dir[Symbol.asyncDispose]();
}, 60_000);

const trunkline = (...args: string[]) => runCli(['--state-dir', state, ...args]);
const devRun = () =>
  JSON.parse(readFileSync(join(state, 'dev.json'), 'utf8')) as { pid: number; gateways: Record<string, string> };

async function startFake(kind: 'slack' | 'telegram'): Promise<Running> {
  const fake = startCli(['--state-dir', state, 'fake', kind, '--add', '--port', String(await freePort())]);
  fakes.push(fake);
  await waitFor(() => fake.err().includes('"fake" is added to'), { what: `fake ${kind}`, ...patience });
  return fake;
}

describe('a newcomer', () => {
  it('is told how to come by a Slack when there is none', async () => {
    expect(Object.keys(devRun().gateways)).toEqual(['http', 'slack', 'telegram', 'external']);
    const { code, err } = await trunkline('simulate', 'slack', 'hello');
    expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining('trunkline fake slack --add') });
  });

  it('talks to the agent in the fake Slack, in the thread of what was said', async () => {
    const fake = await startFake('slack');
    fake.process.stdin?.write('hello @bot\n');
    const reply = /^chat\.postMessage {2}C0GENERAL \d+\.\d{6} {2}You said: hello @\w+$/m;
    await waitFor(() => reply.test(fake.out()), { what: 'the reply', ...patience });

    const simulated = await trunkline('simulate', 'slack', 'simulated');
    const line = /^Session {2}slack:fake:team:T0FAKE:C0GENERAL:(\d+\.\d{6})\nTurn {5}trn_/m;
    expect(simulated).toMatchObject({ code: 0, err: '', out: expect.stringMatching(line) });
    const [, thread = ''] = line.exec(simulated.out) ?? [];
    const simulatedReply = `chat.postMessage  C0GENERAL ${thread}  You said: simulated`;
    await waitFor(() => fake.out().includes(simulatedReply), { what: 'the second reply', ...patience });
  }, 120_000);

  it('talks to the agent in the fake Telegram, which is polled', async () => {
    const fake = await startFake('telegram');
    fake.process.stdin?.write('hello\n');
    const reply = (text: string) => fake.out().includes(`sendMessage  chat 1001  You said: ${text}\n`);
    await waitFor(() => reply('hello'), { what: 'the reply', ...patience });

    const simulated = await trunkline('simulate', 'telegram', 'simulated');
    expect(simulated).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Session {2}telegram:fake:1001$/m),
    });
    await waitFor(() => reply('simulated'), { what: 'the second reply', ...patience });
  }, 120_000);

  it('is told with exit code 4 of a wrong secret, and why something became no event', async () => {
    const wrong = ['simulate', 'slack', 'x', '--signing-secret', 'wrong'];
    expect(await trunkline(...wrong)).toMatchObject({ code: 4, out: expect.stringMatching(/^Answer {3}401 \{/) });
    appendFileSync(
      join(state, 'connectors.toml'),
      '\n[[slack_connectors]]\nname = "quiet"\nsigning_secret = "s"\nevents = ["app_mention"]\n',
    );
    const simulate = () => trunkline('--json', 'simulate', 'slack', 'x', '--connector', 'quiet');
    const known = await waitFor(
      async () => ((await simulate()).out.includes('"status":200') ? simulate() : undefined),
      {
        what: 'the connector',
        ...patience,
      },
    );
    expect(JSON.parse(known.out)).toMatchObject({ ignored: expect.stringMatching(/^event_not_enabled: /) });
  }, 120_000);

  it('kills it, and nothing is left behind', async () => {
    const children = childrenOf(dev.process.pid);
    expect(children).toHaveLength(8);
    dev.process.kill('SIGKILL');
    await waitFor(() => !children.some(runs), { what: 'the end of all processes', ...patience });
  }, 90_000);
});
