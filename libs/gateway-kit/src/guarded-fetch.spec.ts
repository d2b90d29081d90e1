import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressRefusedError, createGuardedAgent, type ResolveHost } from './guarded-agent.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { networkPolicy } from './network-policy.ts';

const publicOnly = networkPolicy();
const privateToo = networkPolicy({ allowPrivate: true });

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A listener that counts what reaches it. */
async function listening(server: Server): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    count++;
    open.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => count };
}

type AnyListener = (...exchange: Parameters<RequestListener>) => unknown;
const http = (listener: AnyListener) => listening(createServer((req, res) => void listener(req, res)));

/** Answers each connection with these bytes, then does `then`. */
const speaking = (bytes: string, then: (socket: Socket) => void = () => undefined) =>
  listening(
    createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(bytes);
        then(socket);
      });
    }),
  );

function fetcher(deps: { resolve?: ResolveHost; perHost?: number } = {}): GuardedFetch {
  const fetch = createGuardedFetch(deps);
  closers.push(() => fetch.close());
  return fetch;
}

const resolvingTo =
  (...addresses: string[]): ResolveHost =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('where a call may go', () => {
  it.each([
    { host: 'localhost', resolve: undefined, because: 'the system says that it is loopback' },
    { host: 'LOCALHOST.', resolve: resolvingTo('127.0.0.1'), because: 'neither case nor the final dot matters' },
    { host: '127.0.0.1', resolve: undefined, because: 'it is a literal' },
    { host: '0x7f.1', resolve: undefined, because: 'it is a literal too' },
    { host: '[::ffff:127.0.0.1]', resolve: undefined, because: 'it is a mapped literal' },
    { host: 'evil.test', resolve: resolvingTo('127.0.0.1'), because: 'its name leads to loopback' },
    { host: 'evil.test', resolve: resolvingTo('1.1.1.1', '127.0.0.1'), because: 'one of its addresses is forbidden' },
    { host: 'evil.test', resolve: resolvingTo('::ffff:127.0.0.1'), because: 'a mapped address is the IPv4 address' },
    { host: 'evil.test', resolve: resolvingTo(), because: 'it has no address' },
  ])('refuses $host before a byte is sent: $because', async ({ host, resolve }) => {
    const { port, connections } = await http((_req, res) => res.end());
    const fetch = fetcher({ ...(resolve && { resolve }) });
    const outcome = await fetch({ url: `http://${host}:${port}/`, policy: publicOnly, body: '{}' });
    expect(outcome).toEqual({ kind: 'refused', reason: 'address_not_allowed' });
    await sleep(20);
    expect(connections()).toBe(0);
  });

  it('refuses a literal also where a client of its own uses the agent', async () => {
    const { port, connections } = await http((_req, res) => res.end());
    const agent = createGuardedAgent(publicOnly);
    const asked = request(`http://127.0.0.1:${port}/`, { dispatcher: agent });
    await expect(asked).rejects.toThrow(AddressRefusedError);
    expect(connections()).toBe(0);
    await agent.destroy();
  });

  it('connects to the address that it judged, though the name leads elsewhere a moment later', async () => {
    const { port, connections } = await http((_req, res) => res.end());
    let asked = 0;
    // 192.0.2.7 is allowed here and never answers; the second look-up would give the listener.
    const rebinding: ResolveHost = async () => [{ address: asked++ === 0 ? '192.0.2.7' : '127.0.0.1', family: 4 }];
    const policy = networkPolicy({ allowCidrs: ['192.0.2.0/24'] });
    const outcome = await fetcher({ resolve: rebinding })({ url: `http://evil.test:${port}/`, policy, timeoutMs: 300 });
    expect(outcome).toMatchObject({ sent: false });
    expect(asked).toBe(1);
    expect(connections()).toBe(0);
  });

  it('looks again when it connects again', async () => {
    const { port, connections } = await http((_req, res) => res.setHeader('connection', 'close').end());
    let asked = 0;
    const rebinding: ResolveHost = async () => [
      { address: asked++ === 0 ? '127.0.0.1' : '169.254.169.254', family: 4 },
    ];
    const fetch = fetcher({ resolve: rebinding });
    const evil = { url: `http://evil.test:${port}/`, policy: privateToo };
    expect(await fetch(evil)).toMatchObject({ kind: 'response', status: 200 });
    expect(await fetch(evil)).toEqual({ kind: 'refused', reason: 'address_not_allowed' });
    expect(connections()).toBe(1);
  });

  it('does not lend a connection of a lax policy to a strict one', async () => {
    const { port } = await http((_req, res) => res.end());
    const fetch = fetcher({ resolve: resolvingTo('127.0.0.1') });
    const url = `http://service.test:${port}/`;
    expect(await fetch({ url, policy: privateToo })).toMatchObject({ kind: 'response' });
    expect(await fetch({ url, policy: publicOnly })).toMatchObject({ kind: 'refused' });
  });

  it('returns a redirect as what it is', async () => {
    const inner = await http((_req, res) => res.end());
    const outer = await http((_req, res) => res.writeHead(302, { location: `http://127.0.0.1:${inner.port}/` }).end());
    const outcome = await fetcher()({ url: `http://127.0.0.1:${outer.port}/`, policy: privateToo });
    expect(outcome).toMatchObject({ kind: 'response', status: 302 });
    expect(inner.connections()).toBe(0);
  });

  it('ignores proxy variables', async () => {
    const proxy = await http((_req, res) => res.end());
    const target = await http((_req, res) => res.end('direct'));
    const variables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of variables) process.env[name] = `http://127.0.0.1:${proxy.port}`;
    const outcome = await fetcher()({ url: `http://127.0.0.1:${target.port}/`, policy: privateToo });
    for (const name of variables) delete process.env[name];
    expect(outcome).toMatchObject({ kind: 'response', body: Buffer.from('direct') });
    expect(proxy.connections()).toBe(0);
  });
});

describe('what a call sends and reads', () => {
  it('sends method, path, headers and body as given', async () => {
    const seen: { req: IncomingMessage; body: string }[] = [];
    const { port } = await http(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      seen.push({ req, body });
      res.writeHead(201, { 'x-answer': 'yes' }).end('thanks');
    });
    const outcome = await fetcher()({
      url: `http://127.0.0.1:${port}/hook?a=b#fragment`,
      policy: privateToo,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'dlv_1' },
      body: '{"a":1}',
    });
    expect(outcome).toMatchObject({ kind: 'response', status: 201, truncated: false, body: Buffer.from('thanks') });
    expect(outcome).toHaveProperty('headers.x-answer', 'yes');
    expect(seen[0]).toMatchObject({ body: '{"a":1}', req: { method: 'POST', url: '/hook?a=b' } });
    expect(seen[0]?.req.headers).toMatchObject({ 'idempotency-key': 'dlv_1', 'content-length': '7' });
  });

  it.each([
    { length: 1000, truncated: false },
    { length: 1001, truncated: true },
  ])('reads at most the allowed part of an answer ($length bytes)', async ({ length, truncated }) => {
    const { port } = await http((_req, res) => res.end('x'.repeat(length)));
    const outcome = await fetcher()({ url: `http://127.0.0.1:${port}/`, policy: privateToo, maxResponseBytes: 1000 });
    expect(outcome).toMatchObject({ kind: 'response', status: 200, truncated, body: Buffer.alloc(1000, 'x') });
  });

  it('refuses a header that is none, without sending anything', async () => {
    const { port, connections } = await http((_req, res) => res.end());
    const headers = { 'x-name': 'a\r\nhost: other' };
    const outcome = await fetcher()({ url: `http://127.0.0.1:${port}/`, policy: privateToo, headers });
    expect(outcome).toEqual({ kind: 'refused', reason: 'request_invalid' });
    expect(connections()).toBe(0);
  });
});

describe('how a call fails', () => {
  const call = (port: number, more: object = {}) =>
    fetcher()({ url: `http://127.0.0.1:${port}/`, policy: privateToo, body: '{}', timeoutMs: 300, ...more });

  it('says that nothing was sent when nobody listens', async () => {
    const { port } = await http(() => undefined);
    await closers.pop()?.();
    expect(await call(port)).toEqual({ kind: 'network_error', code: 'ECONNREFUSED', sent: false });
  });

  it('says that nothing was sent when the name does not resolve', async () => {
    const resolve: ResolveHost = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const outcome = await fetcher({ resolve })({ url: 'http://nowhere.test/', policy: publicOnly });
    expect(outcome).toEqual({ kind: 'network_error', code: 'ENOTFOUND', sent: false });
  });

  it('says that nothing was sent when the name takes too long to resolve', async () => {
    const resolve: ResolveHost = () => new Promise(() => undefined);
    const fetch = createGuardedFetch({ resolve });
    const outcome = await fetch({ url: 'http://slow.test/', policy: publicOnly, timeoutMs: 100 });
    expect(outcome).toEqual({ kind: 'timeout', sent: false });
  });

  it('says that the request may have arrived when the connection is lost after it', async () => {
    const { port } = await speaking('', (socket) => socket.destroy());
    expect(await call(port)).toMatchObject({ kind: 'network_error', sent: true });
  });

  it('says that the request may have arrived when no answer comes', async () => {
    const { port } = await speaking('');
    expect(await call(port)).toEqual({ kind: 'timeout', sent: true });
  });

  it.each([
    { where: 'headers', bytes: 'HTTP/1.1 200 OK\r\nx-slow: ', outcome: { kind: 'timeout', sent: true } },
    {
      where: 'body',
      bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n',
      outcome: { kind: 'timeout', sent: true, status: 200 },
    },
  ])('gives up in time on an answer that drips ($where)', async ({ bytes, outcome }) => {
    const { port } = await speaking(bytes, (socket) => {
      const timer = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();
    expect(await call(port)).toEqual(outcome);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it('does not take an answer for complete that broke off', async () => {
    const { port } = await speaking('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', (socket) => socket.end());
    expect(await call(port)).toMatchObject({ kind: 'network_error', sent: true, status: 200 });
  });

  it('reports an answer that is not HTTP', async () => {
    const { port } = await speaking('SSH-2.0-OpenSSH\r\n');
    expect(await call(port)).toMatchObject({ kind: 'network_error', sent: true });
  });

  it('ends at once when it is aborted', async () => {
    const { port } = await speaking('');
    const outcome = await call(port, { signal: AbortSignal.timeout(50), timeoutMs: 5000 });
    expect(outcome).toEqual({ kind: 'network_error', code: 'ABORTED', sent: true });
  });
});

describe('calls at a time', () => {
  it('keeps to the limit per host and leaves other hosts alone', async () => {
    let running = 0;
    let most = 0;
    const { port } = await http(async (_req, res) => {
      most = Math.max(most, ++running);
      await sleep(50);
      running--;
      res.end();
    });
    const fetch = fetcher({ perHost: 2, resolve: resolvingTo('127.0.0.1') });
    const callAll = (...hosts: string[]) =>
      Promise.all(hosts.map((host) => fetch({ url: `http://${host}:${port}/`, policy: privateToo })));
    await callAll('a.test', 'a.test', 'A.test.', 'a.test', 'a.test');
    expect(most).toBe(2);
    await callAll('a.test', 'a.test', 'b.test', 'b.test', 'b.test');
    expect(most).toBe(4);
  });

  it('lets the one go first that waited longest, and drops who gave up', async () => {
    const order: string[] = [];
    const { port, connections } = await http((req, res) => {
      order.push(req.url ?? '');
      setTimeout(() => res.end(), 30);
    });
    const fetch = fetcher({ perHost: 1 });
    const numbered = (n: number) => ({ url: `http://127.0.0.1:${port}/${n}`, policy: privateToo });
    const gaveUp = AbortSignal.timeout(10);
    const outcomes = await Promise.all(
      [0, 1, 2, 3].map((n) => fetch({ ...numbered(n), ...(n === 2 && { signal: gaveUp }) })),
    );
    expect(order).toEqual(['/0', '/1', '/3']);
    expect(outcomes[2]).toEqual({ kind: 'network_error', code: 'ABORTED', sent: false });
    expect(connections()).toBe(1);
  });
});
