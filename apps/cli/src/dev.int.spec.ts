import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBus } from '@trunkline/bus';
import { enqueueDelivery } from '@trunkline/deliveries';
import type { Delivery } from '@trunkline/events';
import { freePort, tempDir, waitFor, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, runs } from './testing/processes.ts';
import { runCli, startCli, type Running } from './testing/run-cli.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const natsServer =
  process.env['TRUNKLINE_NATS_SERVER'] ?? join(import.meta.dirname, '../../../.cache/nats-server/nats-server');
const startTimeoutMs = 60_000;

let dir: TempDir;
let state: string;
let dev: Running;

beforeAll(async () => {
  dir = await tempDir();
  state = join(dir.path, 'state');
  dev = await startDev();
}, startTimeoutMs);

afterAll(async () => {
  dev.process.kill('SIGTERM');
  await dev.ended;
  await dir[Symbol.asyncDispose]();
});

async function startDev(): Promise<Running> {
  const ports = ['--port', String(await freePort()), '--nats-port', String(await freePort())];
  const consoleDir = join(dir.path, 'console');
  mkdirSync(consoleDir, { recursive: true });
  writeFileSync(join(consoleDir, 'index.html'), '<title>The console of the test</title>');
  const env = { CONSOLE_DIR: consoleDir };
  const running = startCli(['dev', '--state-dir', state, '--nats-server', natsServer, ...ports], env);
  const ended = running.ended.then(({ err }) => Promise.reject(new Error(`dev ended: ${err}`)));
  await Promise.race([
    waitFor(() => running.out().includes('Ctrl-C'), { what: 'dev', timeoutMs: startTimeoutMs }),
    ended,
  ]);
  return running;
}

const trunkline = (...args: string[]) => runCli(['--state-dir', state, ...args]);
const firstLine = (text: string): Record<string, unknown> => JSON.parse(text.split('\n')[0] ?? '');
const natsUrl = () => (JSON.parse(readFileSync(join(state, 'dev.json'), 'utf8')) as { nats_url: string }).nats_url;

/** Posts what the printed line posts: the URL, the header and the body are taken out of it. */
function postAsPrinted(printed: string): Promise<Response> {
  const [, url = '', header = '', body = ''] = /^Try it: curl -s (\S+) -H '([^']+)' -d '([^']+)'$/m.exec(printed) ?? [];
  const [name = '', value = ''] = header.split(': ');
  return fetch(url, { method: 'POST', headers: { [name]: value }, body });
}

describe('trunkline dev', () => {
  it('prints a line to try whose answer names event, session and turn, and shows the reply of the agent', async () => {
    const response = await postAsPrinted(dev.out());
    expect(response.status).toBe(200);
    const sha = createHash('sha256').update('demo').digest('hex').slice(0, 16);
    expect(await response.json()).toEqual({
      event_id: expect.any(String),
      status: 'accepted',
      session_id: `http:demo:${sha}`,
      turn_id: expect.stringMatching(/^trn_/),
      run_id: expect.stringMatching(/^trn_/),
    });
    const shown = /^Reply {3}You said: hello {3}\(session http:demo:\w+, delivery dlv_[\w-]{22}\)$/m;
    await waitFor(() => shown.test(dev.out()), { what: 'the reply', timeoutMs: 20_000 });
    expect(dev.err()).toBe('');
  });

  it('names the console first, where it is and what opens it', async () => {
    const [, url = '', file = ''] =
      /^Trunkline is ready .*\n\n {2}Console +(\S+) {2}\(token in (.+)\)$/m.exec(dev.out()) ?? [];
    expect(await (await fetch(url)).text()).toContain('The console of the test');
    const authorization = `Bearer ${readFileSync(file, 'utf8').trim()}`;
    expect(await (await fetch(`${url}/v1/whoami`, { headers: { authorization } })).json()).toMatchObject({
      role: 'admin',
    });
  });

  it('refuses a second one on the same state folder and says how to go on', async () => {
    const second = await trunkline('dev', '--nats-server', natsServer);
    expect(second).toMatchObject({ code: 6, out: '' });
    expect(second.err).toMatch(/runs here already \(process \d+, http:.*\)\.\n.*--state-dir/);
  });
});

describe('events', () => {
  it('are shown as they are stored; tail ends after the count, with --json each as the feed has it', async () => {
    await trunkline('simulate', 'http', 'tailed');
    const tail = await trunkline('--json', 'events', 'tail', '--since', '2026-01-01T00:00:00Z', '--count', '1');
    expect(tail.code).toBe(0);
    expect(firstLine(tail.out)).toMatchObject({ what: 'event', data: { specversion: '1.0', connector: 'http/demo' } });
    const all = startCli(['--state-dir', state, 'events', 'tail', '--since', '2026-01-01T00:00:00Z']);
    await waitFor(() => all.out().includes('tailed'), { what: 'the event', timeoutMs: 20_000 });
    all.process.kill('SIGTERM');
    expect(await all.ended).toMatchObject({ code: 0, err: '' });
  });

  it('are listed, shown with their turn, and replayed by force once', async () => {
    const { event_id, turn_id } = firstLine((await trunkline('simulate', 'http', 'listed')).out);
    const list = await trunkline('events', 'list', '--outcome', 'accepted', '--kind', 'http', '--limit', '5');
    expect(list.out).toMatch(new RegExp(`accepted +http/demo +${String(event_id)} .* listed`));
    const one = ['http', 'demo', String(event_id)];
    const got = JSON.parse((await trunkline('events', 'get', ...one)).out) as object;
    expect(got).toMatchObject({ event_id, turn: { turn_id }, outcome: 'accepted' });
    expect(await trunkline('events', 'replay', ...one)).toMatchObject({ code: 6 });
    const forced = firstLine((await trunkline('--json', 'events', 'replay', ...one, '--force')).out);
    expect(forced).toMatchObject({ event_id: `${String(event_id)}~r1`, status: 'accepted' });
    expect(firstLine((await trunkline('--json', 'events', 'replay', ...one, '--force')).out)).toEqual(forced);
    expect(await trunkline('events', 'get', 'http', 'demo', 'nothing')).toMatchObject({ code: 5 });
  });
});

describe('sessions', () => {
  it('are made, spoken in, aimed and ended', async () => {
    const targets = join(dir.path, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ type: 'http', url: 'https://answers.example/in' }]));
    const scope = join(dir.path, 'scope.json');
    writeFileSync(scope, JSON.stringify({ skill_deny: ['shell'] }));
    const made = await trunkline('sessions', 'create', 'cli-1', '--persona', 'p', '--key', 'cli-key');
    expect(JSON.parse(made.out)).toMatchObject({ session_id: 'cli-1', binding_keys: ['cli-key'], persona_id: 'p' });
    expect(await trunkline('sessions', 'create', 'cli-1')).toMatchObject({ code: 6 });
    expect((await trunkline('sessions', 'reply-targets', 'set', 'cli-1', targets)).out).toContain('answers.example');
    expect((await trunkline('sessions', 'reply-targets', 'get', 'cli-1')).out).toContain('answers.example');
    expect((await trunkline('sessions', 'reply-targets', 'clear', 'cli-1')).out).toBe('Cleared.\n');
    expect((await trunkline('sessions', 'set-capability-scope', 'cli-1', scope)).out).toContain('shell');
    expect(await trunkline('sessions', 'set-credential-scope', 'cli-1', scope)).toMatchObject({ code: 2 });
    expect((await trunkline('sessions', 'set-persona', 'cli-1')).out).not.toContain('persona_id');
    expect((await trunkline('sessions', 'input', 'cli-1', 'Are you there?')).out).toMatch(/^Turn trn_/);
    expect((await trunkline('sessions', 'turns', 'cli-1')).out).toContain('trunkline.message.created');
    const said = async () => (await trunkline('sessions', 'outputs', 'cli-1')).out;
    await waitFor(async () => (await said()).includes('You said: Are you there?'), {
      what: 'the answer of the agent',
      timeoutMs: 20_000,
    });
    expect((await trunkline('sessions', 'list', '--state', 'active')).out).toContain('cli-1');
    expect((await trunkline('sessions', 'apply-policy', 'http', 'demo', '--dry-run')).out).toMatch(
      /^0 of \d+ active sessions contradict the policy; 0 moved\.\n$/,
    );
    expect((await trunkline('sessions', 'end', 'cli-1')).out).toBe('Ended.\n');
    expect(JSON.parse((await trunkline('sessions', 'get', 'cli-1')).out)).toMatchObject({ state: 'ended' });
    expect(await trunkline('sessions', 'input', 'cli-1', 'Still there?')).toMatchObject({ code: 6 });
    expect(await trunkline('sessions', 'get', 'nobody')).toMatchObject({ code: 5 });
  }, 60_000);
});

describe('simulate http', () => {
  it('tells a duplicate and a conflict, which is exit code 6', async () => {
    const send = (text: string) => trunkline('simulate', 'http', text, '--idempotency-key', 'once');
    const first = await send('one');
    const again = await send('one');
    const other = await send('two');
    const { turn_id } = firstLine(first.out);
    expect([first.code, again.code, other.code]).toEqual([0, 0, 6]);
    expect(firstLine(again.out)).toMatchObject({ status: 'duplicate', turn_id });
    expect(firstLine(other.out)).toMatchObject({ code: 'idempotency_conflict', turn_id });
  });

  it.each([
    { args: ['--connector', 'nobody'], code: 5, because: 'there is no such connector' },
    { args: ['--url', 'http://127.0.0.1:1'], code: 3, because: 'nothing answers there' },
    { args: ['--binding-key', 'k'], code: 1, because: 'an unauthenticated caller may not name a conversation' },
  ])('ends with $code: $because', async ({ args, code }) => {
    expect(await trunkline('simulate', 'http', 'x', ...args)).toMatchObject({ code });
  });
});

describe('deliveries', () => {
  it('lists what was delivered, shows one with its attempts, and sends it again under the same id', async () => {
    const { turn_id } = firstLine((await trunkline('simulate', 'http', 'deliver me')).out);
    const id = await waitFor(
      async () => {
        const { out } = await trunkline('--json', 'deliveries', 'list', '--state', 'delivered', '--limit', '1');
        const newest = firstLine(out);
        return newest['turn_id'] === turn_id ? String(newest['delivery_id']) : undefined;
      },
      { what: 'the delivery', timeoutMs: 20_000 },
    );
    const table = await trunkline('deliveries', 'list');
    expect(table.out).toMatch(/^DELIVERY ID +STATE +CONNECTOR/);
    expect(table.out).toContain(id);

    const got = await trunkline('deliveries', 'get', id);
    expect(JSON.parse(got.out)).toMatchObject({ delivery_id: id, state: 'delivered', attempts: [{ status: 204 }] });

    expect(await trunkline('deliveries', 'replay', id)).toMatchObject({ code: 0, out: 'Queued again (replay 1).\n' });
  });

  it('ends with 5 for a delivery that is not known', async () => {
    for (const command of ['get', 'replay']) {
      const { code, err } = await trunkline('deliveries', command, 'dlv_unknown');
      expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining('dlv_unknown is not known.') });
    }
  });

  it('ends with 6 for a replay of one that is still under way', async () => {
    const bus = await openBus({ servers: natsUrl(), name: 'spec' }, quiet);
    await enqueueDelivery(toSlack, { bus });
    await bus.close();
    const { code, err } = await trunkline('deliveries', 'replay', toSlack.delivery_id);
    expect({ code, err }).toEqual({
      code: 6,
      err: expect.stringMatching(/It is (pending|parked), so still under way\./),
    });
  });

  it('are cancelled, resolved and replayed in bulk', async () => {
    const id = toSlack.delivery_id;
    expect((await trunkline('deliveries', 'cancel', id)).out).toBe('Ended as cancelled.\n');
    expect(await trunkline('deliveries', 'resolve', id, '--reason', 'no need')).toMatchObject({ code: 6 });
    const bulk = ['deliveries', 'replay-bulk', '--kind', 'slack', '--state', 'cancelled'];
    expect((await trunkline(...bulk, '--dry-run')).out).toMatch(new RegExp(`${id} +cancelled .*would_queue`));
    expect((await trunkline(...bulk)).out).toBe('Queued again: 1.\n');
    expect((await trunkline('targets', 'reset', '=unknown')).out).toBe('It was not blocked.\n');
  });

  it('ends with 2 for a state that does not exist, and names those that do', async () => {
    const { code, err } = await trunkline('deliveries', 'list', '--state', 'lost');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('delivered') });
  });
});

describe('doctor', () => {
  it('finds nothing wrong with what npm start runs', async () => {
    const { code, out, err } = await trunkline('doctor');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const outcomes = out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(outcomes).toEqual(outcomes.map(() => 'ok'));
    expect(out).toMatch(/^ok +control plane +reached as "start-up token", admin$/m);
  });
});

describe('explain', () => {
  it('says where a payload would go, and stores nothing', async () => {
    const payload = join(dir.path, 'payload.json');
    writeFileSync(payload, JSON.stringify({ content: 'explained' }));
    const header = ['--header', 'content-type: application/json'];
    const { code, out, err } = await trunkline('explain', 'http', 'demo', payload, ...header);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Let in +admitted/m);
    expect(out).toMatch(/^Session +http:demo:\w+ \(.*by /m);
    expect(out).toMatch(/^Answers +\{.*"type":"http"/m);
    const { out: events } = await trunkline('--json', 'explain', 'http', 'demo', payload, ...header);
    expect(firstLine(events)).toMatchObject({ connector: { kind: 'http', name: 'demo' } });
    expect(await trunkline('explain', 'http', 'nobody', payload)).toMatchObject({ code: 5 });
  });
});

describe('tokens', () => {
  it('are made by the admin token of this machine; one with a lower role is refused with 4', async () => {
    const { out: token } = await trunkline('tokens', 'create', 'ci', '--role', 'viewer', '--expires', '1d');
    expect(token).toMatch(/^tlt_\w{12}_[\w-]{43}\n$/);
    const asViewer = (...args: string[]) => runCli(['--state-dir', state, ...args], { TRUNKLINE_TOKEN: token.trim() });
    expect(await asViewer('audit', '--limit', '1')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/start-up token +createToken/),
    });
    expect(await asViewer('tokens', 'list')).toMatchObject({ code: 4, err: expect.stringContaining('role admin') });

    const { out: listed } = await trunkline('--json', 'tokens', 'list');
    const { token_id } = firstLine(listed);
    expect(listed).not.toContain(token.trim());
    expect(await trunkline('tokens', 'revoke', String(token_id))).toMatchObject({ code: 0, out: 'Revoked.\n' });
    expect(await asViewer('audit')).toMatchObject({ code: 4 });
    expect(await trunkline('tokens', 'revoke', 'nobody')).toMatchObject({ code: 5 });
  });

  it('of this machine are sent to no other address', async () => {
    expect(await trunkline('--api-url', 'http://127.0.0.1:1', 'tokens', 'list')).toMatchObject({ code: 3 });
  });
});

describe('stopping', () => {
  it('ends everything that it started, exits 0, and a new one on the same folder knows what was there', async () => {
    const children = childrenOf(dev.process.pid);
    expect(children).toHaveLength(8);
    dev.process.kill('SIGTERM');
    const { code, err } = await dev.ended;
    expect({ code, err }).toEqual({ code: 0, err: 'Stopping ...\n' });
    expect(children.filter(runs)).toEqual([]);

    dev = await startDev();
    expect((await trunkline('deliveries', 'list', '--state', 'delivered')).out).toContain('delivered');
    await postAsPrinted(dev.out());
    await waitFor(() => dev.out().includes('You said: hello'), {
      what: 'a reply after the restart',
      timeoutMs: 20_000,
    });
  }, 120_000);
});

/** There is no such Slack connector, so it stays where it is. */
const toSlack: Delivery = {
  v: 1,
  delivery_id: 'dlv_to_slack',
  output_id: 'out_1',
  session_id: 's1',
  target: { type: 'slack', connector: 'team', channel_id: 'C1' },
  output: { v: 1, output_id: 'out_1', session_id: 's1', content: 'hello' },
  created_at: '2026-01-01T00:00:00Z',
  expires_at: '2126-01-01T00:00:00Z',
};
