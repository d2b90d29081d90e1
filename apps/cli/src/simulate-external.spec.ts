import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { parseConnector, type ExternalConnector } from '@trunkline/config';
import { eventRequestSchema } from '@trunkline/sidecar-sdk';
import { describe, expect, it } from 'vitest';
import { simulateExternal, type SimulatedExternal } from './simulate-external.ts';

type Got = { path: string | undefined; authorization: string | undefined; body: unknown };

/** A gateway and a sidecar in one: the manifest of `instance`, and one answer for events. */
async function open(answer: { status: number; body: object }, token = 'shared') {
  const got: Got[] = [];
  const server: Server = createServer((req: IncomingMessage, res) => {
    void (async () => {
      const body = req.method === 'POST' ? await json(req) : undefined;
      got.push({ path: req.url, authorization: req.headers.authorization, body });
      if (req.method === 'POST') return void res.writeHead(answer.status).end(JSON.stringify(answer.body));
      if (req.headers.authorization !== `Bearer ${token}`) return void res.writeHead(401).end();
      res.end(JSON.stringify({ protocol_version: 1, instance_id: 'child-7' }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { got, url, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

function connectorOf(fields: object): ExternalConnector {
  const parsed = parseConnector('external', { name: 'rooms', platform: 'rooms', shared_token: 's', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connector;
}
const child = (base_url: string) => connectorOf({ base_url, mode: 'child_process', child_process: { command: 'x' } });
const said = { text: 'hello', token: 'shared', user: 'you', thread: ['guild', '/lobby'] };
const accepted = { status: 202, body: { event_id: 'e', status: 'accepted' } };

describe('a simulated event of a sidecar', () => {
  it('is one of its running child, with the shared token, in the protocol', async () => {
    await using it = await open(accepted);
    const answered = await simulateExternal({ ...said, connector: child(it.url), url: it.url });
    const [manifest, event] = it.got;
    expect(manifest).toEqual({ path: '/manifest', authorization: 'Bearer shared', body: undefined });
    expect(event).toMatchObject({ path: '/v1/connectors/external/rooms/events', authorization: 'Bearer shared' });
    const read = eventRequestSchema.parse(event?.body);
    expect(read).toMatchObject({
      ...{ protocol_version: 2, instance_id: 'child-7', actor_id: 'you', content: 'hello', reply_route: '/lobby' },
      ...{ thread: { path: ['guild', '/lobby'] }, source_kind: 'message.created' },
    });
    expect([answered.status, answered.isIgnored(read.event_id), answered.isIgnored('other')]).toEqual([
      202,
      true,
      false,
    ]);
  });

  it('asks no remote sidecar, and says what it is told to', async () => {
    await using it = await open(accepted);
    const connector = connectorOf({ base_url: 'http://127.0.0.1:9', allow_private_network: true });
    const told: Partial<SimulatedExternal> = { token: undefined, route: '42', eventId: 'once' };
    await simulateExternal({ ...said, ...told, connector, url: it.url });
    expect(it.got).toMatchObject([{ authorization: undefined, body: { event_id: 'once', reply_route: '42' } }]);
  });

  it.each([
    { exitCode: 3, message: 'Nothing answers', because: 'no gateway', of: { url: 'http://127.0.0.1:9' } },
    { exitCode: 3, message: 'shows no manifest', because: 'no child', of: { connector: child('http://127.0.0.1:9') } },
    { exitCode: 4, message: 'refuses the token', because: 'another token', of: { token: 'wrong' } },
    { exitCode: 1, message: 'instance_mismatch', because: 'it was rejected, with 200', of: {} },
  ])('ends with $exitCode: $because', async ({ exitCode, message, of }) => {
    const body = { event_id: 'e', status: 'rejected', code: 'instance_mismatch', reason: 'another' };
    await using it = await open({ status: 200, body });
    const simulated = { ...said, connector: child(it.url), url: it.url, ...of };
    await expect(simulateExternal(simulated)).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining(message),
    });
  });
});
