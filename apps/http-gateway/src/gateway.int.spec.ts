import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { migrateStreams, openBus, writeReceipt, type Bus } from '@trunkline/bus';
import { enqueueDelivery } from '@trunkline/deliveries';
import { readEvent, type TrunklineEvent } from '@trunkline/events';
import { deriveKey, generateKey, parseKeyring, replyHandlePurpose, sealReplyHandle } from '@trunkline/secrets';
import { startNats, tempDir, waitFor, type NatsServer, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const keyringText = generateKey('k1');
const connectors = `
[[http_connectors]]
name = "hook"
bearer_token = "right-token"
ingress_events_per_second = 1000
wait_ms = 0
[[http_connectors]]
name = "slow"
bearer_token = "right-token"
ingress_events_per_second = 1
wait_ms = 0
[[http_connectors]]
name = "out"
bearer_token = "right-token"
allow_private_network = true
`;

let nats: NatsServer;
let bus: Bus;
let dir: TempDir;
let gateway: ChildProcess;
let base = '';

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  dir = await tempDir();
  writeFileSync(join(dir.path, 'connectors.toml'), connectors);
  const args = [
    join(import.meta.dirname, 'main.ts'),
    '--port',
    '0',
    '--nats-url',
    nats.url,
    '--no-log-pretty',
    '--public-url',
    'http://gateway.test',
  ];
  const env = {
    ...process.env,
    CONNECTORS_CONFIG: join(dir.path, 'connectors.toml'),
    TRUNKLINE_MASTER_KEY: keyringText,
  };
  gateway = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  base = await listeningAt(gateway);
});
afterAll(async () => {
  gateway.kill('SIGTERM');
  await once(gateway, 'exit');
  await bus.close();
  await nats[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** Harmless where the migration has made them already. */

async function listeningAt(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line) as { message?: string; port?: number };
    if (entry.message !== 'ingress.listening') continue;
    child.stdout!.resume();
    return `http://127.0.0.1:${entry.port}`;
  }
  throw new Error('The gateway ended before it was listening.');
}

const authorized = { authorization: 'Bearer right-token' };

function post(body: object, connector = 'hook') {
  const headers = { 'content-type': 'application/json', ...authorized };
  return fetch(`${base}/v1/connectors/http/${connector}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function storedEvents(conversation: string): Promise<TrunklineEvent[]> {
  const reader = await bus.follow('EVENTS', bus.names.allEvents, { from: { seq: 1 } });
  const events: TrunklineEvent[] = [];
  let left = reader.pending;
  for await (const message of reader.messages) {
    const read = readEvent(message.json());
    if (read.ok && read.value.subject === conversation) events.push(read.value);
    if (--left === 0) break;
  }
  await reader.stop();
  return events;
}

describe('the running gateway', () => {
  it('stores one event of 50 concurrent identical posts', async () => {
    const body = { binding_keys: ['fifty'], content: 'x', idempotency_key: 'fifty-1' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)));
    const said = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { status: string }).status));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(said.filter((status) => status === 'accepted')).toHaveLength(1);
    expect(await storedEvents('fifty')).toHaveLength(1);
    expect((await post({ ...body, content: 'y' })).status).toBe(409);
  });

  it('tells what became of an event, to whoever could have posted it', async () => {
    const url = `${base}/v1/connectors/http/hook/events/receipt-1`;
    expect((await fetch(url, { headers: authorized })).status).toBe(404);
    await post({ binding_keys: ['receipts'], idempotency_key: 'receipt-1' });
    expect((await fetch(url, { headers: authorized })).status).toBe(202);
    const connector = { kind: 'http', name: 'hook' };
    const receipt = { event_id: 'receipt-1', status: 'accepted' as const, session_id: 's', turn_id: 't', seq: 1 };
    await writeReceipt({ connector, eventId: 'receipt-1', receipt }, bus);
    expect(await (await fetch(url, { headers: authorized })).json()).toMatchObject({
      status: 'accepted',
      session_id: 's',
    });
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { method: 'DELETE', headers: authorized })).status).toBe(405);
  });

  it('puts large content and files into the object store, and serves files at a signed URL', async () => {
    const input_items = [
      { type: 'text', text: 'y'.repeat(300_000) },
      {
        type: 'inline_asset',
        file_name: 'grüße.txt',
        media_type: 'text/plain',
        content_base64: Buffer.from('hello').toString('base64'),
      },
    ];
    expect((await post({ binding_keys: ['large'], input_items })).status).toBe(202);
    const [event] = await storedEvents('large');
    expect((await bus.objects('raw').get(event!.data.content_ref!))?.bytes.length).toBe(300_000);
    const url = new URL(event!.data.content!.attachments![0]!.url!);
    expect(url.origin).toBe('http://gateway.test');
    const served = await fetch(`${base}${url.pathname}${url.search}`);
    expect(await served.text()).toBe('hello');
    expect(served.headers.get('content-disposition')).toContain("filename*=UTF-8''gr%C3%BC%C3%9Fe.txt");
    url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1));
    expect((await fetch(`${base}${url.pathname}${url.search}`)).status).toBe(404);
    expect((await fetch(`${base}${url.pathname.replace('/hook/', '/other/')}${url.search}`)).status).toBe(404);
  });

  it('leaves nothing behind of what the rate limit turns away, but knows duplicates', async () => {
    const body = (text: string) => ({ binding_keys: ['slow'], content: text.repeat(300_000), idempotency_key: text });
    expect((await post(body('a'), 'slow')).status).toBe(202);
    await waitFor(async () => (await post(body('b'), 'slow')).status === 429, { what: 'an empty token bucket' });
    const refused = await post(body('c'), 'slow');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post(body('a'), 'slow')).status).toBe(202);
    expect((await storedEvents('slow')).map(({ id }) => id)).not.toContain('c');
  });

  it('takes a reply by its sealed handle, once for each id, and none by a changed one', async () => {
    const key = deriveKey(parseKeyring(keyringText), replyHandlePurpose);
    const snapshot = {
      session_id: 'replies',
      turn_id: 't',
      reply_targets: [],
      output_subject: bus.names.output('replies'),
    };
    const handle = sealReplyHandle(snapshot, { key, expiresAt: Date.now() + 60_000 });
    const reply = (body: object) =>
      fetch(`${base}/v1/replies`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect(await (await reply({ reply_handle: handle, content: 'done', output_id: '1' })).json()).toMatchObject({
      status: 'accepted',
      output_id: 'reply:1',
    });
    expect(await (await reply({ reply_handle: handle, content: 'done', output_id: '1' })).json()).toMatchObject({
      status: 'duplicate',
    });
    const output = await bus.read('OUTPUTS', { newestOf: bus.names.output('replies') });
    expect(output?.json()).toMatchObject({
      session_id: 'replies',
      turn_id: 't',
      content: 'done',
      reply_handle: handle,
    });
    expect((await reply({ reply_handle: `${handle.slice(0, -3)}AAA`, content: 'x' })).status).toBe(401);
    expect((await reply({ reply_handle: handle })).status).toBe(400);
    expect((await reply({ reply_handle: handle, content: 'x', session_id: 'other' })).status).toBe(400);
  });

  it('delivers an output to a URL, again until it is taken', async () => {
    const seen: string[] = [];
    const target = createServer((request, response) => {
      seen.push(String(request.headers['webhook-id']));
      request.resume();
      request.on('end', () => response.writeHead(seen.length === 1 ? 503 : 204).end());
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    const now = Date.now();
    const delivery = {
      v: 1 as const,
      delivery_id: 'dlv_int',
      output_id: 'o',
      session_id: 's',
      target: { type: 'http' as const, connector: 'out', url },
      output: { output_id: 'o', session_id: 's', content: 'hi' },
      created_at: new Date(now).toISOString(),
      expires_at: new Date(now + 60_000).toISOString(),
    };
    await enqueueDelivery(delivery, { bus });
    await waitFor(() => seen.length >= 2, { what: 'a second attempt', timeoutMs: 30_000 });
    expect(seen).toEqual(['dlv_int', 'dlv_int']);
    target.close();
  });
});
