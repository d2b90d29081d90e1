import { freePort, waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startMockGateway, type MockGateway, type MockGatewayOptions } from './conformance/mock-gateway.ts';
import { createSidecar, type SidecarOptions } from './create-sidecar.ts';
import { healthSchema } from './runtime-contract.ts';
import { retryable, terminal } from './sidecar-error.ts';
import { quiet } from './testing/echo.ts';

const token = 'a shared token';
const anyAnswer = z.looseObject({ status: z.string().optional() });

/** A gateway with a sidecar that has started, both gone at the end of the scope. */
async function open(options: Partial<SidecarOptions> = {}, gatewayOptions: MockGatewayOptions = {}) {
  const gateway = await startMockGateway({ token, ...gatewayOptions });
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  const env = { ...gateway.environment(baseUrl), BY_HAND: 'set by hand' };
  const sidecar = createSidecar({
    platform: 'test',
    env,
    log: quiet,
    deliver: () => {},
    submit: { firstBackoffMs: 5 },
    ...options,
  });
  await sidecar.start();
  return {
    gateway,
    sidecar,
    deliver: async (fields: object = {}, headers: Record<string, string | undefined> = {}) => {
      const body = JSON.stringify({ ...delivery, ...fields });
      const response = await fetch(`${baseUrl}/deliver`, {
        method: 'POST',
        body,
        headers: Object.entries({ authorization: `Bearer ${token}`, ...headers }).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      });
      return { status: response.status, answer: anyAnswer.parse(await response.json()) };
    },
    get: (path: string, authorization = `Bearer ${token}`) => fetch(baseUrl + path, { headers: { authorization } }),
    async [Symbol.asyncDispose]() {
      gateway.faults.length = 0;
      await sidecar.drain();
      await gateway.close();
    },
  };
}

const delivery = {
  protocol_version: 1,
  delivery_id: 'd1',
  attempt: 1,
  reply_route: 'r',
  conversation: { session_id: 's' },
  content: 'hello',
  metadata: null,
};

const at = (path: string, event_id: string) => ({ event_id, thread: { path: [path] }, content: event_id });
const accepted = ({ events }: MockGateway) =>
  events.filter(({ answered }) => answered === 'accepted').map(({ eventId }) => eventId);

describe('a sidecar', () => {
  it('is another instance at each start', async () => {
    await using one = await open();
    await using other = await open();
    expect(one.sidecar.instanceId).not.toBe(other.sidecar.instanceId);
  });

  it('reads the names of existing sidecars, and tells what is missing', () => {
    const env = {
      KHEISH_EXTERNAL_CONNECTOR_NAME: 'old',
      KHEISH_EXTERNAL_CONNECTOR_BASE_URL: 'http://127.0.0.1:1',
      KHEISH_EXTERNAL_CONNECTOR_DAEMON_BASE_URL: 'http://127.0.0.1:2/',
    };
    expect(createSidecar({ platform: 'p', env, deliver: () => {} }).connector).toBe('old');
    expect(() => createSidecar({ platform: 'p', deliver: () => {} })).toThrow('TRUNKLINE_CONNECTOR_GATEWAY_URL');
  });

  it('is starting until it has connected, and keeps a status that it set itself', async () => {
    await using gateway = await startMockGateway();
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    const status = async () => healthSchema.parse(await (await fetch(`${baseUrl}/health`)).json()).status;
    const seen: string[] = [];
    const sidecar = createSidecar({
      platform: 'test',
      env: gateway.environment(baseUrl),
      log: quiet,
      deliver: () => {},
      async connect(self) {
        seen.push(await status());
        self.setStatus('degraded', 'no permission to read');
      },
    });
    await sidecar.start();
    seen.push(await status());
    await sidecar.drain();
    expect(seen).toEqual(['starting', 'degraded']);
  });
});

describe('health', () => {
  it('is asked of the sidecar once it has started', async () => {
    let detail = 'first';
    await using it = await open({ health: () => ({ status: 'degraded', detail }) });
    const now = async () => healthSchema.parse(await (await it.get('/health')).json());
    expect(await now()).toMatchObject({ status: 'degraded', detail: 'first' });
    detail = 'second';
    expect(await now()).toMatchObject({ detail: 'second' });
  });
});

describe('deliveries', () => {
  it.each([
    {
      throws: retryable('rate limited'),
      answer: { status: 'retryable_error', detail: 'rate limited' },
      because: 'it may work later',
    },
    {
      throws: terminal('no such channel'),
      answer: { status: 'terminal_error', detail: 'no such channel' },
      because: 'it never will',
    },
    {
      throws: new Error('token abc is invalid'),
      answer: { status: 'retryable_error', detail: 'Unexpected error; the log of the sidecar has it.' },
      because: 'nobody knows, and the message may hold anything',
    },
  ])('$answer.status if deliver throws $throws.name: $because', async ({ throws, answer }) => {
    await using it = await open({
      deliver: () => {
        throw throws;
      },
    });
    expect(await it.deliver()).toEqual({ status: 200, answer });
  });

  it('are said once: together, again, and not after a retryable error', async () => {
    const said: string[] = [];
    const gate = Promise.withResolvers<void>();
    await using it = await open({
      async deliver({ delivery_id }) {
        said.push(delivery_id);
        await gate.promise;
        if (delivery_id === 'later' && said.length < 3) throw retryable('not now');
      },
    });
    const together = [it.deliver(), it.deliver({ attempt: 2 }), it.deliver({ delivery_id: 'later' })];
    await waitFor(() => said.length === 2, { what: 'both ids to be under way' });
    gate.resolve();
    const answers = (await Promise.all(together)).map(({ answer }) => answer.status);
    expect(answers).toEqual(['committed', 'committed', 'retryable_error']);
    await it.deliver({ attempt: 3 });
    await it.deliver({ delivery_id: 'later', attempt: 2 });
    expect(said).toEqual(['d1', 'later', 'later']);
  });

  it('that return anything else than an answer are committed', async () => {
    const platform: () => void = () => ({ id: 17 });
    await using it = await open({ deliver: platform });
    expect(await it.deliver()).toEqual({ status: 200, answer: { status: 'committed' } });
  });

  it('are answered by a store that outlives the process', async () => {
    const answers = new Map([['d1', { status: 'committed' as const }]]);
    const store = { get: (id: string) => answers.get(id), put: () => {} };
    await using it = await open({ store, deliver: () => Promise.reject(new Error('said twice')) });
    expect(await it.deliver()).toMatchObject({ answer: { status: 'committed' } });
  });

  it.each([
    { fields: { protocol_version: 2 }, status: 400, because: 'another version in the body' },
    { headers: { 'x-external-protocol-version': '2' }, status: 400, because: 'another version in the header' },
    { headers: { 'x-external-protocol-version': '1' }, status: 200, because: 'the version that it speaks' },
    { fields: { attempt: 0 }, status: 400, because: 'attempts count from 1' },
    { fields: { content: 'x'.repeat(2 ** 21) }, status: 413, because: 'more than 2 MiB' },
    { headers: { authorization: 'Bearer wrong' }, status: 401, because: 'another token' },
  ])('$status: $because', async ({ fields, headers, status }) => {
    await using it = await open();
    expect(await it.deliver(fields, headers)).toMatchObject({ status });
  });
});

describe('events', () => {
  it('go in batches, each thread in its order', async () => {
    await using it = await open();
    const ids = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'];
    await Promise.all(ids.map((id) => it.sidecar.submit(at(id.slice(0, 1), id))));
    const order = accepted(it.gateway);
    expect(order.toSorted()).toEqual(ids.toSorted());
    for (const thread of ['a', 'b', 'c']) {
      expect(order.filter((id) => id?.startsWith(thread))).toEqual(ids.filter((id) => id.startsWith(thread)));
    }
    expect(it.gateway.batches[0]).toBe(3);
  });

  it('are at most 64 in a batch', async () => {
    await using it = await open();
    await Promise.all(Array.from({ length: 70 }, (_, index) => it.sidecar.submit(at(`t${index}`, `e${index}`))));
    expect(it.gateway.batches).toEqual([64, 6]);
  });

  it.each([
    { fault: { status: 429, retryAfterSeconds: 0 } as const, because: 'a rate limit ends' },
    { fault: { status: 503 } as const, because: 'the bus comes back' },
    { fault: 'disconnect' as const, because: 'the gateway comes back' },
  ])('come again, unchanged and in order, after $fault: $because', async ({ fault }) => {
    await using it = await open();
    it.gateway.faults.push(fault, fault, fault);
    const results = await Promise.all(['a1', 'a2', 'b1'].map((id) => it.sidecar.submit(at(id.slice(0, 1), id))));
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(accepted(it.gateway).filter((id) => id !== 'b1')).toEqual(['a1', 'a2']);
    const [first] = it.gateway.events;
    const again = it.gateway.events.findLast(({ eventId }) => eventId === first?.eventId);
    expect(again?.document).toEqual(first?.document);
  });

  it('say duplicate for what the gateway has, and refuse at once what is no event', async () => {
    await using it = await open();
    await it.sidecar.submit(at('a', 'e1'));
    expect(await it.sidecar.submit(at('a', 'e1'))).toMatchObject({ status: 'duplicate' });
    const wrong = it.sidecar.submit({ event_id: 'e2', attachments: Array.from({ length: 11 }, () => file) });
    await expect(wrong).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(it.gateway.events).toHaveLength(2);
  });

  it.each([
    {
      fields: { attachments: [{ type: 'inline_asset' as const, file_name: 'f', content_base64: big(2 ** 20 + 1) }] },
      refused: true,
    },
    {
      fields: { attachments: [{ type: 'inline_asset' as const, file_name: 'f', content_base64: big(2 ** 20) }] },
      refused: false,
    },
    { fields: { attachments: [{ url: 'https://files.example/a.png' }] }, refused: false },
    { fields: { attachments: [{ url: 'file:///etc/passwd' }] }, refused: true },
    { fields: { content: 'ä'.repeat(2 ** 19) }, refused: false },
    { fields: { content: 'ä'.repeat(2 ** 19 + 1) }, refused: true },
    { fields: { thread: null, actor_id: null, metadata: null, input_items: null }, refused: false },
  ])('are checked before they wait ($refused)', async ({ fields, refused }) => {
    await using it = await open();
    const submitted = it.sidecar.submit({ event_id: 'e1', ...fields }).then(
      ({ status }) => status,
      ({ code }) => code,
    );
    expect(await submitted).toBe(refused ? 'EVENT_INVALID' : 'accepted');
  });

  it('end with an error if the gateway knows another token', async () => {
    await using it = await open();
    await using other = await startMockGateway({ token: 'another' });
    const gateway = { url: other.url, connector: other.connector, token };
    const sidecar = createSidecar({
      platform: 'test',
      gateway,
      baseUrl: 'http://127.0.0.1:1',
      log: quiet,
      deliver: () => {},
    });
    const refusal = { status: 401, problemCode: 'unauthenticated' };
    await expect(sidecar.submit(at('a', 'e1'))).rejects.toMatchObject({ code: 'GATEWAY_REFUSED', refusal });
    expect((await it.get('/health', 'Bearer another')).status).toBe(401);
  });

  it('are no more than the queue holds, and told lost if the process has to go', async () => {
    await using it = await open({ submit: { maxQueued: 1 }, drainWithinMs: 10 });
    it.gateway.faults.push({ status: 429, retryAfterSeconds: 3_600 });
    const first = it.sidecar.submit(at('a', 'e1'));
    await expect(it.sidecar.submit(at('b', 'e2'))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    const stopped = expect(first).rejects.toMatchObject({ code: 'STOPPED' });
    await waitFor(() => it.gateway.events.length === 1, { what: 'the rate limit' });
    expect(await it.sidecar.drain()).toEqual({ lost: 1 });
    await stopped;
  });
});

const big = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const file = { type: 'asset_reference' as const, asset_id: 'a' };

describe('credentials', () => {
  const credentials = { KEY: 'secret' };

  it('are leased once while they last, by however many ask', async () => {
    await using it = await open({}, { credentials });
    const values = await Promise.all([it.sidecar.credential('KEY'), it.sidecar.credential('KEY')]);
    expect([...values, await it.sidecar.credential('KEY')]).toEqual(['secret', 'secret', 'secret']);
    expect(it.gateway.leases).toEqual([{ envKey: 'KEY', authorized: true }]);
  });

  it('are leased again when they expire', async () => {
    await using it = await open({}, { credentials, credentialTtlMs: 0 });
    await it.sidecar.credential('KEY');
    await it.sidecar.credential('KEY');
    expect(it.gateway.leases).toHaveLength(2);
  });

  it('are refused if they are not granted', async () => {
    await using it = await open({}, { credentials });
    await expect(it.sidecar.credential('OTHER')).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });

  it('are variables for a sidecar that was started by hand', async () => {
    const gateway = { url: 'http://127.0.0.1:1', connector: 'c' };
    const env = { BY_HAND: 'value' };
    const sidecar = createSidecar({ platform: 'test', gateway, baseUrl: 'http://127.0.0.1:1', env, deliver: () => {} });
    expect(await sidecar.credential('BY_HAND')).toBe('value');
  });
});

describe('files', () => {
  it('of a delivery are fetched and checked', async () => {
    await using it = await open();
    const { asset } = it.gateway.offer('d1', { bytes: Buffer.from('file') });
    expect(Buffer.from(await it.sidecar.downloadAsset(asset)).toString()).toBe('file');
    const code = (changed: object, options?: { maxBytes: number }) =>
      it.sidecar.downloadAsset({ ...asset, ...changed }, options).catch((error) => [error.code, error.terminal]);
    expect(await code({ sha256: '0'.repeat(64) })).toEqual(['ASSET_UNAVAILABLE', false]);
    expect(await code({ download_path: `${asset.download_path}x` })).toEqual(['ASSET_UNAVAILABLE', true]);
    expect(await code({ byte_length: undefined }, { maxBytes: 3 })).toEqual(['ASSET_INVALID', true]);
  });

  it.each(['//evil.example/x', '/\\evil.example/x', 'http://evil.example/x', '@evil.example'])(
    'are never fetched from %s',
    async (path) => {
      await using it = await open();
      const { asset } = it.gateway.offer('d1', { bytes: Buffer.from('file') });
      const fetched = it.sidecar.downloadAsset({ ...asset, download_path: path });
      await expect(fetched).rejects.toMatchObject({ code: 'ASSET_INVALID' });
    },
  );

  it('of an event are uploaded before it', async () => {
    await using it = await open();
    const { asset_id } = await it.sidecar.uploadAsset(Buffer.from('file'), {
      fileName: 'ä b.txt',
      mediaType: 'text/plain',
    });
    expect(it.gateway.uploads).toEqual([{ fileName: 'ä b.txt', mediaType: 'text/plain', bytes: Buffer.from('file') }]);
    await it.sidecar.submit({ event_id: 'e1', attachments: [{ type: 'asset_reference', asset_id }] });
    expect(accepted(it.gateway)).toEqual(['e1']);
  });
});
