import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { HttpConnector } from '@trunkline/config';
import type { StepOutcome } from '@trunkline/deliveries';
import { canonicalTarget, type Delivery, type ReplyTarget } from '@trunkline/events';
import { createGuardedFetch, type GuardedFetchDeps } from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { Secret } from '@trunkline/secrets';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpDeliverer, targetAllowed } from './deliver.ts';
import { readyEntry } from './testing/ready-entry.ts';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const received: Received[] = [];
let respond: { status: number; headers?: Record<string, string> } | 'reset' = { status: 204 };
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    if (respond === 'reset') return void request.socket.resetAndDestroy();
    response.writeHead(respond.status, respond.headers).end('secret words of the target');
  });
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  received.length = 0;
  respond = { status: 204 };
});

const oldSecret = 'whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0';
const newSecret = 'whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0';

function delivery(target: ReplyTarget, connector: string | undefined): Delivery {
  return {
    v: 1,
    delivery_id: 'dlv_1',
    output_id: 'out_1',
    session_id: 'http:hook:1',
    turn_id: 'trn_1',
    target: canonicalTarget(target, connector === undefined ? {} : { connector: { kind: 'http', name: connector } }),
    output: { v: 1, output_id: 'out_1', session_id: 'http:hook:1', content: 'Hello **world**' },
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: '2026-01-02T00:00:00.000Z',
  };
}

interface Options {
  entry?: InventoryEntry<HttpConnector>;
  allowCidrs?: string[];
  target?: ReplyTarget;
  /** A target of no connector of ours. */
  unowned?: boolean;
  attempt?: number;
  fetch?: GuardedFetchDeps;
}

const privateNet = readyEntry({ allow_private_network: true });

async function deliver({
  entry = privateNet,
  allowCidrs = [],
  target,
  unowned,
  attempt = 1,
  fetch: fetchDeps,
}: Options = {}): Promise<StepOutcome> {
  const fetch = createGuardedFetch(fetchDeps);
  const deps = {
    connectors: { get: (name: string) => (name === 'hook' ? entry : undefined) },
    fetch,
    assetUrls: { urlOf: () => undefined },
    allowCidrs,
    now: Date.now,
  };
  const deliverer = createHttpDeliverer(deps);
  const item = delivery(
    target ?? { type: 'http', url: `${url}/in?x=1`, headers: { 'X-Tenant': '7' } },
    unowned ? undefined : 'hook',
  );
  const [step] = await deliverer.plan(item);
  const context = {
    delivery: item,
    signal: new AbortController().signal,
    attempt,
    idempotencyKey: 'dlv_1',
    platformIds: new Map(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const outcome = await deliverer.deliverStep(step!, context);
  await fetch.close();
  return outcome;
}

const flat = (headers: IncomingHttpHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

describe('a request', () => {
  it('is a CloudEvent that others read, with the ids that make a repeat recognizable', async () => {
    expect(await deliver()).toEqual({ outcome: 'delivered', status: 204 });
    const [{ path, headers, body }] = received as [Received];
    expect(path).toBe('/in?x=1');
    expect(headers).toMatchObject({
      'idempotency-key': 'dlv_1',
      'webhook-id': 'dlv_1',
      'x-tenant': '7',
      traceparent: expect.stringContaining('0af7651916'),
    });
    expect(headers).not.toHaveProperty('webhook-signature');
    const event = HTTP.toEvent({ headers, body });
    expect(event).toMatchObject({
      id: 'dlv_1',
      type: 'trunkline.output.created',
      source: '/connectors/http/hook',
      data: { text: 'Hello world' },
    });
  });

  it('is signed so that standardwebhooks verifies it, with both secrets in a rotation', async () => {
    const secrets = [new Secret(newSecret), new Secret(oldSecret, { validUntil: Date.now() + 60_000 })];
    const fields = { allow_private_network: true, egress_signing_secret: newSecret };
    await deliver({ entry: readyEntry(fields, { egress_signing_secret: secrets }) });
    const [{ headers, body }] = received as [Received];
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    for (const secret of [newSecret, oldSecret])
      expect(new Webhook(secret).verify(body, flat(headers))).toMatchObject({ delivery_id: 'dlv_1' });
    expect(() => new Webhook('whsec_c29tZWJvZHkgZWxzZQ==').verify(body, flat(headers))).toThrow();
  });

  it('is not sent unsigned when the secret cannot be used', async () => {
    const entry = readyEntry({ allow_private_network: true, egress_signing_secret: 'not*base64*at*all' });
    expect(await deliver({ entry })).toMatchObject({ outcome: 'park', code: 'signing_secret_unusable' });
    expect(received).toEqual([]);
  });

  it('waits for a connector that cannot be used now', async () => {
    expect(await deliver({ entry: { ...privateNet, state: 'disabled' } })).toMatchObject({
      outcome: 'retry',
      code: 'connector_unavailable',
    });
    expect(received).toEqual([]);
  });
});

describe('where it may go', () => {
  it.each([
    { options: { entry: readyEntry() }, outcome: 'refused', because: 'loopback is private' },
    { options: {}, outcome: 'delivered', because: 'the connector allows private addresses' },
    {
      options: { unowned: true },
      outcome: 'refused',
      because: 'the rules of a connector are not those of the installation',
    },
    {
      options: { unowned: true, allowCidrs: ['127.0.0.0/8'] },
      outcome: 'delivered',
      because: 'the installation allows these',
    },
    {
      options: { unowned: true, allowCidrs: ['10.0.0.0/8'] },
      outcome: 'refused',
      because: 'the installation allows others',
    },
  ])('$because: $outcome', async ({ options, outcome }) => {
    expect(await deliver(options)).toMatchObject({ outcome });
    expect(received).toHaveLength(outcome === 'delivered' ? 1 : 0);
  });

  it('is judged again after the name was resolved', async () => {
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const target = { type: 'http' as const, url: 'http://rebound.example/' };
    expect(await deliver({ entry: readyEntry(), target, fetch: { resolve } })).toMatchObject({
      outcome: 'refused',
      code: 'address_not_allowed',
    });
  });

  it('is told before anything is tried, as far as the URL tells', () => {
    const deps = { connectors: { get: () => readyEntry() }, allowCidrs: [], now: Date.now };
    const allowed = (text: string) =>
      targetAllowed(canonicalTarget({ type: 'http', url: text, connector: 'hook' }), deps).allowed;
    expect(allowed('https://example.com/')).toBe(true);
    expect(allowed('http://169.254.169.254/')).toBe(false);
    expect(allowed('http://0x7f.1/')).toBe(false);
    expect(targetAllowed(canonicalTarget({ type: 'slack', connector: 's', channel_id: 'C' }), deps).allowed).toBe(
      false,
    );
  });
});

describe('what comes back', () => {
  it('is never followed, and its words are never repeated', async () => {
    respond = { status: 302, headers: { location: `${url}/elsewhere` } };
    const outcome = await deliver();
    expect(outcome).toMatchObject({ outcome: 'refused', status: 302 });
    expect(received).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain('secret words');
  });

  it('says when to come again', async () => {
    respond = { status: 429, headers: { 'retry-after': '30' } };
    expect(await deliver()).toMatchObject({ outcome: 'retry', afterMs: 30_000 });
  });

  it('is unknown when the connection is lost after sending; the repeat bears the same ids', async () => {
    respond = 'reset';
    expect(await deliver()).toMatchObject({ outcome: 'unknown' });
    respond = { status: 200 };
    expect(await deliver({ attempt: 2 })).toMatchObject({ outcome: 'delivered' });
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['dlv_1']));
    expect(received).toHaveLength(2);
  });
});
