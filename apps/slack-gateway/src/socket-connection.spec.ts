import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openSocket, type SocketEnvelope } from './socket-connection.ts';

const timing = { helloMs: 300, pingMs: 20, silentMs: 200 };
let server: WebSocketServer;
let url = '';
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

/** A connection, Slack's end of it, and what Slack heard on it. */
async function connected(take: (envelope: SocketEnvelope) => Promise<boolean> = () => Promise.resolve(true)) {
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const connection = openSocket({ url, timing }, take);
  const [slack] = await accepted;
  const heard: unknown[] = [];
  slack.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  const tell = (frame: object) => slack.send(JSON.stringify(frame));
  return { connection, slack, heard, tell, [Symbol.asyncDispose]: () => connection.close(0) };
}

describe('openSocket', () => {
  it('acknowledges what was taken, and nothing else', async () => {
    const takes: Record<string, PromiseWithResolvers<boolean>> = {
      a: Promise.withResolvers(),
      b: Promise.withResolvers(),
    };
    await using to = await connected(({ id }) => takes[id]?.promise ?? Promise.resolve(true));
    to.tell({ type: 'hello' });
    expect(await to.connection.greeted).toBe(true);
    for (const id of ['a', 'b', 'c']) to.tell({ type: 'events_api', envelope_id: id, payload: {}, retry_attempt: 0 });
    to.tell({ type: 'news of a later version' });
    to.slack.send('no json');
    await waitFor(() => to.heard.length === 1, { what: 'the first acknowledgement' });
    takes['a']?.resolve(false);
    takes['b']?.resolve(true);
    await waitFor(() => to.heard.length === 2, { what: 'the second acknowledgement' });
    expect(to.heard).toEqual([{ envelope_id: 'c' }, { envelope_id: 'b' }]);
  });

  it('closes after what it is taking was acknowledged', async () => {
    const take = Promise.withResolvers<boolean>();
    await using to = await connected(() => take.promise);
    to.tell({ type: 'hello' });
    to.tell({ type: 'events_api', envelope_id: 'a', payload: {} });
    await to.connection.greeted;
    const closing = to.connection.close(5_000);
    take.resolve(true);
    await closing;
    await waitFor(() => to.heard.length === 1, { what: 'the acknowledgement' });
  });

  it.each(['refresh_requested', 'warning', 'link_disabled', 'too_many_websockets'])(
    'tells that Slack said %s',
    async (reason) => {
      await using to = await connected();
      to.tell({ type: 'hello' });
      await to.connection.greeted;
      to.tell({ type: 'disconnect', reason });
      expect(await to.connection.ending).toBe(reason);
    },
  );

  it.each([
    {
      frame: { type: 'disconnect', reason: 'too_many_websockets' },
      end: 'too_many_websockets',
      because: 'Slack wants no more',
    },
    { frame: { type: 'events_api', envelope_id: 'a', payload: {} }, end: 'silent', because: 'it never greets' },
  ])('is not greeted when $because', async ({ frame, end }) => {
    await using to = await connected();
    to.tell(frame);
    expect(await to.connection.greeted).toBe(false);
    expect(await to.connection.ending).toBe(end);
  });

  it('gives up a connection that answers no pings', async () => {
    await using to = await connected();
    to.tell({ type: 'hello' });
    await to.connection.greeted;
    to.slack.pause();
    expect(await to.connection.ending).toBe('silent');
    await to.connection.closed;
    to.slack.resume();
  });

  it('fails where nobody listens', async () => {
    const connection = openSocket({ url: 'ws://127.0.0.1:1', timing }, () => Promise.resolve(true));
    expect(await connection.ending).toBe('failed');
    expect(await connection.greeted).toBe(false);
    await connection.close(0);
  });
});
