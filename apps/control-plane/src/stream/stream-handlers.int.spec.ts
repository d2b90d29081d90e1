import { setTimeout as sleep } from 'node:timers/promises';
import { encodeJson } from '@trunkline/bus';
import { createControlClient, type ControlClient, type FeedEntry, type FeedItem } from '@trunkline/control-api';
import { enqueueDelivery } from '@trunkline/deliveries';
import { noteIgnored } from '@trunkline/gateway-kit';
import { freePort, waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverWith, deliveryTo } from '../testing/deliver-with.ts';
import { startControlPlane } from '../testing/start-control-plane.ts';
import { startRouter } from '../testing/start-router.ts';
import { startTestApi, testAdminToken, type TestApi } from '../testing/start-test-api.ts';
import { messageEvent, store } from '../testing/test-events.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

type Query = Parameters<ControlClient['stream']>[0];

/** Follows the feed beside the test; resolves once it is open. */
async function following(control: ControlClient, query: Query, lastEventId?: string) {
  const stop = new AbortController();
  const entries: FeedEntry[] = [];
  let failure: unknown;
  const done = (async () => {
    const options = { signal: stop.signal, ...(lastEventId !== undefined && { lastEventId }) };
    for await (const entry of control.stream(query, options)) entries.push(entry);
  })().catch((error: unknown) => (failure = error));
  await sleep(150);
  return {
    entries,
    items: () => entries.map(({ item }) => item),
    failed: async () => {
      await done;
      return failure;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

const eventIds = (items: FeedItem[]) => items.flatMap(({ what, data }) => (what === 'event' ? [data['id']] : []));

describe('the live feed', () => {
  it('tells of everything as it happens, without keys to conversations and what platforms sent', async () => {
    await using _router = await startRouter(api.nats.url);
    await using feed = await following(api.admin, {});
    await store(api.bus, messageEvent('feed-1', 'feed'));
    await noteIgnored(
      { connector: { kind: 'http', name: 'hook' }, eventId: 'x', code: 'c', detail: '', now: 0 },
      api.bus,
    );
    await waitFor(() => feed.items().some(({ what }) => what === 'turn'), { what: 'the turn', timeoutMs: 15_000 });
    const session_id = 'session-feed';
    const output = { output_id: 'out', session_id, reply_handle: 'sealed-secret', content: 'hello' };
    await api.bus.append(api.bus.names.output(session_id), encodeJson(output));
    const live = { v: 1, reply_handle: 'sealed-secret', status: 'typing' };
    api.bus.publish(api.bus.names.live(session_id), encodeJson(live));
    await using _gateway = await deliverWith(api.bus, () => ({ outcome: 'delivered' }));
    await enqueueDelivery(deliveryTo('https://feed.example/in', 'out', { session_id }), { bus: api.bus });
    await api.admin.call('createSession', { body: { session_id: 'audited' } });
    const delivered = ({ what, data }: FeedItem) => what === 'delivery' && data['state'] === 'delivered';
    await waitFor(() => feed.items().some(delivered), { what: 'the settled delivery', timeoutMs: 15_000 });
    await waitFor(() => feed.items().some(({ what }) => what === 'audit'), { what: 'the audit record' });
    // The handle is none of ours, so nobody gets the output.
    await waitFor(() => feed.items().some(({ what }) => what === 'dead'), { what: 'the dead letter' });
    const kinds = new Set(feed.items().map(({ what }) => what));
    expect([...kinds].toSorted()).toEqual(['audit', 'dead', 'delivery', 'event', 'ignored', 'live', 'output', 'turn']);
    const audited = feed.items().find(({ what }) => what === 'audit');
    expect(audited).toMatchObject({ session_id: 'audited', data: { target: { session_id: 'audited' } } });
    const text = JSON.stringify(feed.items());
    for (const hidden of ['sealed-secret', 'of the platform', '"reply_handle"']) expect(text).not.toContain(hidden);
  });

  it('tells of what was asked for alone', async () => {
    await using ofHook = await following(api.admin, { what: 'event', kind: 'http', name: 'hook' });
    await using ofOther = await following(api.admin, { kind: 'http', name: 'other' });
    await using ofSession = await following(api.admin, { session_id: 'session-only', what: ['output', 'live'] });
    await store(api.bus, messageEvent('only-1', 'only'));
    for (const session_id of ['session-only', 'session-else']) {
      const output = { output_id: 'out', session_id, content: 'hello' };
      await api.bus.append(api.bus.names.output(session_id), encodeJson(output));
    }
    await waitFor(() => ofHook.entries.length === 1 && ofSession.entries.length === 1, { what: 'both' });
    expect(eventIds(ofHook.items())).toEqual(['only-1']);
    expect(ofSession.items()).toMatchObject([{ what: 'output', session_id: 'session-only' }]);
    expect(ofOther.entries).toEqual([]);
  });

  it('goes on where it ended, also at another replica, and begins at a time', async () => {
    const since = new Date().toISOString();
    await using first = await following(api.admin, { what: ['event', 'ignored'] });
    const tell = async (n: number) => {
      await store(api.bus, messageEvent(`go-${n}`, 'go'));
      const ignored = {
        connector: { kind: 'http', name: 'hook' },
        eventId: `go-i-${n}`,
        code: 'c',
        detail: '',
      } as const;
      await noteIgnored({ ...ignored, now: 0 }, api.bus);
    };
    for (let n = 1; n <= 5; n++) await tell(n);
    await waitFor(() => first.entries.length === 10, { what: 'ten items' });
    await using second = await startControlPlane({ natsUrl: api.nats.url, port: await freePort() });
    const other = createControlClient({ url: second.url, token: testAdminToken });
    for (const [at, { id }] of first.entries.entries()) {
      await using rest = await following(other, { what: ['event', 'ignored'] }, id);
      await waitFor(() => rest.entries.length === 10 - at - 1, { what: 'the rest' });
      const keyOf = ({ item }: FeedEntry) => JSON.stringify(item);
      const whole = [...first.entries.slice(0, at + 1), ...rest.entries].map(keyOf);
      expect(whole.toSorted()).toEqual(first.entries.map(keyOf).toSorted());
    }
    await using earlier = await following(other, { what: 'event', since });
    await waitFor(() => earlier.entries.length === 5, { what: 'what was before' });
  });

  it('loses and repeats nothing when its control plane is killed, again and again', async () => {
    const port = await freePort();
    const start = () => startControlPlane({ natsUrl: api.nats.url, port });
    let plane = await start();
    await using feed = await following(createControlClient({ url: plane.url, token: testAdminToken }), {
      what: 'event',
    });
    const wanted: string[] = [];
    let stored = false;
    const storing = (async () => {
      for (let n = 0; !stored; n++) {
        const id = `kill-${n}`;
        await store(api.bus, messageEvent(id, 'kill'));
        wanted.push(id);
        await sleep(2);
      }
    })();
    for (let round = 1; round <= 3; round++) {
      const before = feed.entries.length;
      await waitFor(() => feed.entries.length > before + 20, { what: 'the feed to flow', timeoutMs: 20_000 });
      await plane.kill();
      plane = await start();
    }
    stored = true;
    await storing;
    await waitFor(() => feed.entries.length >= wanted.length, { what: 'all events', timeoutMs: 20_000 });
    expect(eventIds(feed.items())).toEqual(wanted);
    await plane.kill();
  }, 90_000);

  it('ends when its token is revoked, and at once when the process is told to stop', async () => {
    const { token, token_id } = (await api.admin.call('createToken', { body: { name: 'ears', role: 'viewer' } })).body;
    await using feed = await following(api.as(token), { what: 'event' });
    await api.admin.call('revokeToken', { params: { token_id } });
    expect(await feed.failed()).toMatchObject({ problem: { code: 'unauthenticated' } });

    const plane = await startControlPlane({ natsUrl: api.nats.url, port: await freePort() });
    const headers = { authorization: `Bearer ${testAdminToken}` };
    const response = await fetch(`${plane.url}/v1/stream`, { headers });
    const read = response.text();
    await plane.stop();
    expect(await read).toMatch(/^retry: 1000\nid: e\d+\./);
  }, 30_000);

  it('holds little for who does not read, and gives it all once he does', async () => {
    const big = 'x'.repeat(40_000);
    const response = await api.admin.open('streamFeed', { query: { what: 'event' } });
    const ids = Array.from({ length: 400 }, (_, n) => `slow-${n}`);
    for (const id of ids) await store(api.bus, messageEvent(id, 'slow', { content: { text: big } }));
    const reader = response.body?.getReader();
    let text = '';
    const decoder = new TextDecoder();
    while (reader && !text.includes('"slow-399"')) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader?.cancel();
    const seen = [...text.matchAll(/"data":\{"specversion":"1.0","id":"(slow-\d+)"/g)].map(([, id]) => id);
    expect(seen).toEqual(ids);
  }, 30_000);

  it('refuses an id that is none', async () => {
    const headers = { authorization: `Bearer ${testAdminToken}`, 'last-event-id': 'what' };
    expect((await fetch(`${api.url}/v1/stream`, { headers })).status).toBe(400);
  });
});
