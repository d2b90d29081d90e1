import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { enqueueDelivery } from '@trunkline/deliveries';
import { deliveryIdOf, targetKey, type Delivery } from '@trunkline/events';
import { freePort, waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import type { Grant } from '@trunkline/events';
import { startFakeSidecar } from './testing/fake-sidecar.ts';
import { childToml, isAlive, readNotes } from './testing/in-process.ts';
import { openWire } from './testing/open-wire.ts';
import { openInstallation, type Installation, type Replica } from './testing/running-gateway.ts';

const root = join(import.meta.dirname, '../../..');
const slot = 'slot-secret-Zq8';
const long = { timeout: 90_000 };
const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasProc = process.platform === 'linux';
const withPython = hasPython ? it : it.skip;
if (!hasPython) console.info('python3 is not here: two specs of the external gateway are skipped.');

const ready = (it: Installation, name?: string) =>
  waitFor(async () => (await it.status(name)) === 'ready', { what: 'a ready sidecar', timeoutMs: 30_000 });
const starts = (it: Installation) => it.notes().filter(({ started }) => started !== undefined);
const post = (gateway: Replica, name: string, body: object, token = 'shared-secret-token') =>
  fetch(`${gateway.url}/v1/connectors/external/${name}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

function deliveryTo(connector: string, route: string, content: string, parts?: Delivery['output']['parts']): Delivery {
  const target = { type: 'external', connector, route } as const;
  const output_id = `out-${content}`;
  const now = Date.now();
  return {
    v: 1,
    delivery_id: deliveryIdOf('s', output_id, targetKey(target)),
    ...{ output_id, session_id: 's', target },
    output: { output_id, session_id: 's', content, ...(parts && { parts }) },
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + 3_600_000).toISOString(),
  };
}

async function ledgerOf({ bus }: Installation, what: 'audit'): Promise<Record<string, unknown>[]> {
  const reader = await bus.follow('LEDGER', bus.names.allLedger, { from: { seq: 1 } });
  const found: Record<string, unknown>[] = [];
  let left = reader.pending;
  if (left > 0) {
    for await (const message of reader.messages) {
      if (message.subject.includes(`.${what}.`)) found.push(message.json() as Record<string, unknown>);
      if (--left === 0) break;
    }
  }
  await reader.stop();
  return found;
}

describe('a remote sidecar', () => {
  it(
    'is watched, posts events and gets deliveries with files; one that is down degrades nothing else',
    long,
    async () => {
      await using it = await openInstallation();
      await using sidecar = await startFakeSidecar();
      const remote = (name: string, url: string) =>
        `[[external_connectors]]\nname = "${name}"\nplatform = "test"\nbase_url = "${url}"\nshared_token = "shared-secret-token"\nallow_private_network = true\n`;
      await it.configure(remote('side', sidecar.url) + remote('down', 'http://127.0.0.1:9'));
      const gateway = await it.start();
      await ready(it);
      await waitFor(async () => (await it.status('down')) === 'down', { what: 'the other to be down' });
      const report = await gateway.ready();
      expect([report.ready, report.checks['sidecars']]).toMatchObject([
        true,
        { sidecars: { side: { status: 'ready' }, down: { status: 'down', code: 'unreachable' } } },
      ]);

      const event = { instance_id: 'x', event_id: 'e-1', thread: { path: ['a'] }, content: 'Hello' };
      expect([(await post(gateway, 'side', event)).status, (await post(gateway, 'down', event)).status]).toEqual([
        202, 202,
      ]);
      expect(await (await post(gateway, 'side', event)).json()).toMatchObject({ status: 'duplicate' });
      expect((await post(gateway, 'side', { ...event, content: 'Bye' })).status).toBe(409);
      const receipt = `${gateway.url}/v1/connectors/external/side/events/e-1`;
      const headers = { authorization: 'Bearer shared-secret-token' };
      expect([(await fetch(receipt, { headers })).status, (await fetch(receipt)).status]).toEqual([202, 401]);

      const upload = `${gateway.url}/v1/connectors/external/side/assets?file_name=b.txt`;
      const sentFile = await fetch(upload, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'text/plain' },
        body: 'hey',
      });
      const { asset_id } = (await sentFile.json()) as { asset_id: string };
      expect(await it.bus.objectFacts('assets', asset_id)).toEqual({
        byteLength: 3,
        mediaType: 'text/plain',
        fileName: 'b.txt',
      });
      expect(await it.bus.objectFacts('assets', 'nothing')).toBeUndefined();

      const hold = Promise.withResolvers<void>();
      sidecar.answerWith((res) => void hold.promise.then(() => res.end('{"status":"committed"}')));
      const parts = [{ type: 'attachment' as const, content_base64: 'aGk=', file_name: 'a.txt' }];
      await enqueueDelivery(deliveryTo('side', 'room', 'one', parts), { bus: it.bus });
      const [delivery] = await waitFor(() => (sidecar.deliveries().length > 0 ? sidecar.deliveries() : undefined), {
        what: 'the delivery',
        timeoutMs: 20_000,
      });
      const sent = delivery?.body?.['parts'] as { attachment?: { download_path: string } }[];
      const path = gateway.url + (sent.find(({ attachment }) => attachment)?.attachment?.download_path ?? '');
      expect((await fetch(path)).status).toBe(401);
      expect(await (await fetch(path, { headers })).text()).toBe('hi');
      expect((await fetch(path.replace('/side/', '/down/'), { headers })).status).toBe(404);
      hold.resolve();
      await waitFor(async () => (await fetch(path, { headers })).status === 404, { what: 'the file to be gone' });
    },
  );
});

describe('a child process', () => {
  const slots = `credential_slots = { BOT = "connectors.external.side.bot", OTHER = "connectors.external.side.other" }`;

  async function withChild(it: Installation, env: Record<string, string> = {}): Promise<void> {
    await it.setSecret('connectors.external.side.bot', slot);
    await it.setSecret('connectors.external.side.other', 'unused');
    const all = { STARTS: join(it.folder, 'starts'), ...env };
    await it.configure(childToml({ port: it.port, env: all, more: slots }));
  }

  it('is started again with a secret that was rotated, and no other child is', long, async () => {
    await using it = await openInstallation();
    const child = (name: string, port: number) =>
      childToml({
        port,
        env: { STARTS: join(it.folder, name === 'side' ? 'starts' : name), LEASE: 'BOT' },
        more: `credential_slots = { BOT = "connectors.external.${name}.bot" }`,
      }).replace('"side"', `"${name}"`);
    for (const name of ['side', 'other']) await it.setSecret(`connectors.external.${name}.bot`, 'first');
    await it.configure(child('side', it.port) + child('other', await freePort()));
    await it.start();
    await ready(it);
    await ready(it, 'other');
    const leases = () => it.notes().filter(({ lease }) => lease === 200);
    const before = await waitFor(() => leases()[0], { what: 'the first lease', timeoutMs: 10_000 });

    await it.setSecret('connectors.external.side.bot', 'the-second');
    const after = await waitFor(() => leases()[1], { what: 'the lease of the next child', timeoutMs: 30_000 });
    expect(after.length).toBe('the-second'.length);
    expect(after.pid).not.toBe(before.pid);
    expect(isAlive(before.pid)).toBe(false);
    const others = new Set(readNotes(join(it.folder, 'other')).map(({ pid }) => pid));
    expect([...others].map(isAlive)).toEqual([true]);
  });

  it.runIf(hasProc)(
    'leases its secrets, which are nowhere to be seen, and each lease is written down',
    long,
    async () => {
      await using it = await openInstallation();
      await withChild(it, { LEASE: 'BOT' });
      const gateway = await it.start();
      await ready(it);
      const note = await waitFor(() => it.notes().find(({ lease }) => lease !== undefined), { what: 'the lease' });
      expect(note).toMatchObject({ lease: 200, length: slot.length });
      await waitFor(() => gateway.log.some((line) => line.includes('leased')), { what: 'the line' });

      const ask = (key: string, token = note.token) =>
        fetch(`${gateway.url}/v1/connectors/external/side/credentials/${key}`, {
          headers: { authorization: `Bearer ${token}` },
        });
      expect([(await ask('OTHER')).status, (await ask('NONE')).status, (await ask('BOT', 'guess')).status]).toEqual([
        200, 404, 401,
      ]);
      const audited = (await ledgerOf(it, 'audit')).map(({ env_key, result }) => [env_key, result]);
      expect(audited).toEqual([
        ['BOT', 'lent'],
        ['OTHER', 'lent'],
        ['NONE', 'not_granted'],
        ['BOT', 'unknown_token'],
      ]);

      const everything = gateway.log.join('\n') + JSON.stringify(await ledgerOf(it, 'audit'));
      expect([
        everything.includes(slot),
        everything.includes(note.token ?? 'none'),
        everything.includes('shared-secret-token'),
      ]).toEqual([false, false, false]);
      for (const pid of familyOf(gateway)) {
        const seen = readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        expect(seen).not.toContain(slot);
      }

      // The old token means nothing once the key is another secret's, and nothing at all once its child is gone.
      await it.bus.bucket<Grant>('grants').delete('external.side');
      expect((await ask('BOT')).status).toBe(401);
    },
  );

  it.runIf(hasProc)('does not outlive a gateway that is killed', long, async () => {
    await using it = await openInstallation();
    await withChild(it, { GRANDCHILD: 'yes' });
    const gateway = await it.start();
    await ready(it);
    const family = familyOf(gateway);
    const [start] = starts(it);
    expect(family).toEqual(expect.arrayContaining([start?.pid, start?.grandchild]));
    await gateway.end('SIGKILL');
    await waitFor(() => !family.some(isAlive), { what: 'all of them to be gone', timeoutMs: 10_000 });
  });

  it.runIf(hasProc)('moves to another replica when its own is stopped, and never runs twice', long, async () => {
    await using it = await openInstallation();
    await withChild(it);
    const [one, two] = [await it.start(), await it.start()];
    await ready(it);
    const owner = (await it.bus.bucket<{ gateway: string }>('targets').get('sidecar.external.side'))?.value.gateway;
    const [holder, other] = one.instance === owner ? [one, two] : [two, one];
    await enqueueDelivery(deliveryTo('side', 'room', 'before'), { bus: it.bus });
    await waitFor(() => it.notes().some(({ delivered }) => delivered === 'before'), {
      what: 'the delivery',
      timeoutMs: 30_000,
    });

    holder.process.kill('SIGSTOP');
    const [first] = starts(it);
    await waitFor(() => !isAlive(first?.pid ?? 0), { what: 'the child to be killed', timeoutMs: 12_000 });
    await waitFor(() => starts(it).length === 2, { what: 'a child at the other replica', timeoutMs: 30_000 });
    expect(starts(it).flatMap(({ overlap = [] }) => overlap)).toEqual([]);
    holder.process.kill('SIGCONT');
    await enqueueDelivery(deliveryTo('side', 'room', 'after'), { bus: it.bus });
    await waitFor(() => it.notes().some(({ delivered }) => delivered === 'after'), {
      what: 'the delivery',
      timeoutMs: 40_000,
    });
    expect(familyOf(other).filter((pid) => starts(it).some((start) => start.pid === pid && isAlive(pid)))).toHaveLength(
      1,
    );
    expect(starts(it)).toHaveLength(2);
  });

  it.runIf(hasProc)(
    'is dead before another begins when its gateway loses the bus and is stopped after that',
    long,
    async () => {
      await using it = await openInstallation();
      await using wire = await openWire(it.natsUrl);
      await withChild(it);
      const holder = await it.start(wire.url);
      await ready(it);
      const heir = await it.start();
      await renewal(it, holder);
      wire.cut();
      // Just before the holder would see by itself that its lease ends; 7 s of silence would be longer than the other one waits.
      await sleep(7_000);
      holder.process.kill('SIGSTOP');
      await waitFor(() => starts(it).length === 2, { what: 'a child at the other replica', timeoutMs: 30_000 });
      expect(starts(it).flatMap(({ overlap = [] }) => overlap)).toEqual([]);
      // On another machine the port would not have kept it from starting.
      expect(heir.log.filter((line) => line.includes('port_taken'))).toEqual([]);
      expect(starts(it).map(({ pid }) => isAlive(pid))).toEqual([false, true]);
      await holder.end('SIGKILL');
    },
  );

  it.runIf(hasProc)('is left alone when the configuration or a secret of another one changes', long, async () => {
    await using it = await openInstallation();
    const other = await freePort();
    const shared = { one: 'connectors.external.one.token', two: 'connectors.external.two.token' };
    const tomlOf = (name: 'one' | 'two', mood: string) =>
      childToml({
        port: name === 'one' ? it.port : other,
        env: { STARTS: join(it.folder, `${name}-starts`), MOOD: mood },
      })
        .replace('name = "side"', `name = "${name}"`)
        .replace(/shared_token = .*/, `shared_token_secret_ref = "${shared[name]}"`);
    const pids = (name: 'one' | 'two') =>
      readNotes(join(it.folder, `${name}-starts`)).flatMap(({ pid, started }) => (started === undefined ? [] : [pid]));
    const began = (name: 'one' | 'two', count: number) =>
      waitFor(() => pids(name).length === count, { what: `start ${count} of ${name}`, timeoutMs: 30_000 });
    await it.setSecret(shared.one, 'first-token-of-one');
    await it.setSecret(shared.two, 'first-token-of-two');
    await it.configure(tomlOf('one', 'calm') + tomlOf('two', 'calm'));
    await it.start();
    await Promise.all([ready(it, 'one'), ready(it, 'two')]);

    await it.configure(tomlOf('one', 'calm') + tomlOf('two', 'wild'));
    await began('two', 2);
    await ready(it, 'two');
    await it.setSecret(shared.one, 'second-token-of-one');
    await began('one', 2);
    await ready(it, 'one');
    expect([pids('one').length, pids('two').length]).toEqual([2, 2]);
    const [first = 0, second = 0] = pids('two');
    expect([...pids('one'), first, second].map(isAlive)).toEqual([false, true, false, true]);
  });
});

describe('a sidecar of the SDK', () => {
  it('gets a delivery with its file and sends an event', long, async () => {
    await using it = await openInstallation();
    const echo = join(root, 'libs/sidecar-sdk/src/testing/echo-main.ts');
    await it.configure(childToml({ port: it.port, env: {} }).replace(/args = .*/, `args = [${JSON.stringify(echo)}]`));
    const gateway = await it.start();
    await ready(it);
    const parts = [{ type: 'attachment' as const, content_base64: 'aGk=', file_name: 'a.txt' }];
    const delivery = deliveryTo('side', 'room', 'Echo me', parts);
    await enqueueDelivery(delivery, { bus: it.bus });
    const receipt = `${gateway.url}/v1/connectors/external/side/events/${delivery.delivery_id}`;
    const headers = { authorization: 'Bearer shared-secret-token' };
    await waitFor(async () => (await fetch(receipt, { headers })).ok, { what: 'the event', timeoutMs: 30_000 });
    await gateway.end('SIGTERM');
    expect(
      (await it.bus.bucket<{ state: string }>('progress').get(`delivery.${delivery.delivery_id}`))?.value.state,
    ).toBe('delivered');
  });
});

describe('sidecars in Python', () => {
  withPython('the example of the configuration page loads and runs as written', long, async (context) => {
    if (await isTaken(8787)) return context.skip('port 8787, which the example names, is taken');
    await using it = await openInstallation();
    // The launcher finds the bundled sidecar by where it lies itself; here a scripted one lies there.
    cpSync(join(root, 'connectors/python/run_connector.py'), join(it.folder, 'connectors/python/run_connector.py'));
    mkdirSync(join(it.folder, 'apps/discord-sidecar/src'), { recursive: true });
    mkdirSync(join(it.folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(it.folder, 'node_modules/.bin/node'));
    const notes = JSON.stringify(join(it.folder, 'starts'));
    const child = JSON.stringify(join(import.meta.dirname, 'testing/child.mjs'));
    writeFileSync(
      join(it.folder, 'apps/discord-sidecar/src/main.ts'),
      `process.env['STARTS'] = ${notes}; await import(${child});`,
    );
    await it.setSecret('connectors.external.discord-main.shared_token', 'from-the-store');
    await it.configure(seedExample);
    const gateway = await it.start();
    await ready(it, 'discord-main');
    const [start] = it.notes();
    expect(start?.env).toEqual(expect.arrayContaining(['DISCORD_REQUIRE_MENTION', 'TRUNKLINE_CONNECTOR_SHARED_TOKEN']));
    await gateway.end('SIGTERM');
    expect(isAlive(start?.pid ?? 0)).toBe(false);
  });

  withPython('the example sidecar sends events and says what is answered', long, async () => {
    await using it = await openInstallation();
    const mailbox = join(it.folder, 'mailbox');
    await it.configure(`
[[external_connectors]]
name = "mail"
platform = "mailbox"
mode = "child_process"
base_url = "http://127.0.0.1:${it.port}"
shared_token = "shared-secret-token"
[external_connectors.child_process]
command = "python3"
args = [${JSON.stringify(join(root, 'docs/examples/python-sidecar.py'))}]
env = { MAILBOX = ${JSON.stringify(mailbox)} }
`);
    await it.start();
    await ready(it, 'mail');
    const said = await fetch(`http://127.0.0.1:${it.port}/say/kitchen/sink`, { method: 'POST', body: 'Hello' });
    expect(await said.json()).toMatchObject({ status: 'accepted' });
    await enqueueDelivery(deliveryTo('mail', 'kitchen/sink', 'Echo: Hello'), { bus: it.bus });
    await waitFor(() => readFileSync(mailbox, 'utf8') === 'kitchen/sink: Echo: Hello\n', {
      what: 'the answer',
      timeoutMs: 30_000,
    });
  });

  withPython('the launcher says what is wrong', () => {
    const run = (...args: string[]) =>
      spawnSync('python3', [join(root, 'connectors/python/run_connector.py'), ...args], { encoding: 'utf8' });
    expect(run('nobody')).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no sidecar "nobody"') });
    expect(run('../x')).toMatchObject({ status: 2, stderr: expect.stringContaining('NAME may hold') });
    expect(run('run_connector').status).toBe(2);
  });
});

/** Resolves when a gateway has just renewed its leases. */
async function renewal({ bus }: Installation, { instance }: Replica): Promise<void> {
  let seen = 0;
  const isOurs = (key: string) => key.startsWith('external.worker.') && key.endsWith(instance);
  const watch = await bus.bucket<unknown>('platform_leases').watch('external.>', ({ key }) => {
    if (isOurs(key)) seen++;
  });
  // The first is what was there.
  await waitFor(() => seen >= 2, { what: 'a renewal', timeoutMs: 10_000 });
  watch.stop();
}

/** The process ids of everything that a gateway started, by their parents. */
function familyOf({ process: { pid } }: Replica): number[] {
  const parents = readdirSync('/proc').flatMap((entry) => {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      return [[Number(entry), Number(stat.split(') ').at(-1)?.split(' ')[1])] as const];
    } catch {
      return [];
    }
  });
  const family = new Set([pid ?? 0]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  family.delete(pid ?? 0);
  return [...family];
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

const seedExample = `
[[external_connectors]]
name = "discord-main"
platform = "discord"
mode = "child_process"
base_url = "http://127.0.0.1:8787"
shared_token_secret_ref = "connectors.external.discord-main.shared_token"
include_self_output = true
ingress_events_per_second = 100

[external_connectors.session_policy]
create_if_missing = true
credential_scope.route_allow = ["openai"]

[external_connectors.child_process]
command = "python3"
args = ["connectors/python/run_connector.py", "discord"]

[external_connectors.child_process.env]
DISCORD_REQUIRE_MENTION = "true"
`;
