import { once } from 'node:events';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { BusUnavailableError } from '@trunkline/bus';
import { jsonAnswer, sendAnswer, sendProblem } from './answer.ts';
import { createIngressApp, type IngressRequest, type IngressRoute } from './ingress-app.ts';
import { listen, type IngressServer, type ListenOptions } from './listen.ts';
import { readBody } from './read-body.ts';

const limitBytes = 1000;
const logged: object[] = [];
const log = { error: (fields: object) => void logged.push(fields) };

async function echo({ req, res, params }: IngressRequest): Promise<void> {
  const read = await readBody({ req, res }, limitBytes);
  if (!read.ok) return sendProblem(res, read.problem);
  sendAnswer(res, jsonAnswer(200, { name: params['name'], received: read.bytes.toString() }));
}

const slowly = async ({ res }: IngressRequest) => {
  await sleep(300);
  sendAnswer(res, jsonAnswer(200, { late: true }));
};

const routes: IngressRoute[] = [
  { path: '/v1/connectors/http/:name', hot: true, methods: { POST: echo } },
  { path: '/v1/cold/:name', methods: { POST: echo, GET: echo } },
  { path: '/slow', methods: { GET: slowly } },
  { path: '/throws', methods: { GET: () => Promise.reject(new Error('token xoxb-1 in a message')) } },
  { path: '/bus-away', methods: { GET: () => Promise.reject(new BusUnavailableError('Reading', undefined)) } },
];

let server: IngressServer | undefined;
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  logged.length = 0;
});

async function start(options: Partial<ListenOptions> = {}): Promise<IngressServer> {
  server = await listen(createIngressApp(routes, { log }), { host: '127.0.0.1', port: 0, ...options });
  return server;
}

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

async function call(
  port: number,
  ask: { method?: string; path: string; headers?: object; body?: string },
): Promise<Reply> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method: ask.method ?? 'POST',
    path: ask.path,
    headers: { ...ask.headers },
  });
  outgoing.end(ask.body ?? '');
  const [response] = await once(outgoing, 'response');
  const body = await text(response);
  return { status: response.statusCode, headers: response.headers, body: body === '' ? {} : JSON.parse(body) };
}

/** Opens a connection to write HTTP by hand, and collects what comes back. */
async function raw(port: number): Promise<{ socket: Socket; received: () => string; ended: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, received: () => received, ended };
}

describe.each(['/v1/connectors/http/crm', '/v1/cold/crm'])('POST %s', (path) => {
  it('gives the handler the path parts and the exact bytes', async () => {
    const { port } = await start();
    const reply = await call(port, { path: `${path}?a=1`, body: '{"a": 1}' });
    expect(reply).toMatchObject({ status: 200, body: { name: 'crm', received: '{"a": 1}' } });
  });

  it('tells nothing about the server behind it', async () => {
    const { port } = await start();
    const { headers } = await call(port, { path, body: 'x' });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });

  it('refuses another method with 405 and says which are allowed', async () => {
    const { port } = await start();
    const reply = await call(port, { method: 'DELETE', path });
    expect(reply).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(reply.headers['allow']).toContain('POST');
    expect(reply.headers['content-type']).toBe('application/problem+json');
  });

  it('decodes what is percent-encoded', async () => {
    const { port } = await start();
    expect((await call(port, { path: path.replace('crm', 'c%72m') })).body).toMatchObject({ name: 'crm' });
  });
});

describe('paths and failures', () => {
  it.each([
    { path: '/nowhere', because: 'there is no such route' },
    { path: '/v1/cold/%E0%A4%A', because: 'the path cannot be decoded' },
    { path: '/v1/connectors/http/a/b', because: 'a hot route takes one segment for one name' },
  ])('answers 404 for $path: $because', async ({ path }) => {
    const { port } = await start();
    expect(await call(port, { path })).toMatchObject({ status: 404, body: { code: 'not_found', status: 404 } });
  });

  it('answers 500 for a handler that throws, and tells only the log why', async () => {
    const { port } = await start();
    const reply = await call(port, { method: 'GET', path: '/throws' });
    expect(reply).toMatchObject({ status: 500, body: { code: 'internal_error' } });
    expect(JSON.stringify(reply)).not.toMatch(/xoxb|at |spec\.ts/);
    expect(logged).toHaveLength(1);
  });

  it('answers 503 with Retry-After when the bus is away', async () => {
    const { port } = await start();
    const reply = await call(port, { method: 'GET', path: '/bus-away' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'bus_unavailable' } });
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('body limits', () => {
  const path = '/v1/connectors/http/crm';

  it.each([
    { body: 'x'.repeat(limitBytes), headers: {}, status: 200, because: 'it is just within the limit' },
    { body: 'x'.repeat(limitBytes + 1), headers: {}, status: 413, because: 'Content-Length is one too many' },
    {
      body: 'x'.repeat(limitBytes),
      headers: { 'transfer-encoding': 'chunked' },
      status: 200,
      because: 'a length need not be named',
    },
    {
      body: 'x'.repeat(limitBytes + 1),
      headers: { 'transfer-encoding': 'chunked' },
      status: 413,
      because: 'it is counted while reading',
    },
    { body: 'x', headers: { 'content-encoding': 'gzip' }, status: 415, because: 'signatures are over plain bytes' },
    { body: 'x', headers: { 'content-encoding': 'identity' }, status: 200, because: 'identity is no encoding' },
  ])('answers $status: $because', async ({ body, headers, status }) => {
    const { port } = await start();
    expect((await call(port, { path, headers, body })).status).toBe(status);
  });

  it('lets a client that writes 8 MB before it reads hear of the 413', async () => {
    const { port } = await start();
    const { socket, received, ended } = await raw(port);
    const size = 8 * 1024 * 1024;
    socket.pause();
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
    await new Promise((written) => socket.write(Buffer.alloc(size, 'x'), written));
    socket.resume();
    await ended;
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(received()).toContain('body_too_large');
  });

  it('refuses an announced upload before it begins, and invites an acceptable one', async () => {
    const { port } = await start();
    const head = (size: number) =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${size}\r\n\r\n`;
    const refused = await raw(port);
    refused.socket.write(head(limitBytes + 1));
    await once(refused.socket, 'data');
    refused.socket.end();
    await refused.ended;
    expect(refused.received()).toMatch(/^HTTP\/1\.1 413 /);

    const invited = await raw(port);
    invited.socket.write(head(2));
    await once(invited.socket, 'data');
    invited.socket.write('{}');
    await once(invited.socket, 'data');
    invited.socket.destroy();
    expect(invited.received()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('keeps the connection when a small body is left unread', async () => {
    const { port } = await start();
    const { socket, received } = await raw(port);
    socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    await once(socket, 'data');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`);
    await once(socket, 'data');
    socket.destroy();
    expect(received()).toMatch(/^HTTP\/1\.1 404 [^]*HTTP\/1\.1 200 /);
  });
});

describe('clients that misbehave', () => {
  it.each([
    { sent: 'nonsense\r\n\r\n', status: 400, because: 'it is not HTTP' },
    {
      sent: `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      status: 431,
      because: 'its headers are too large',
    },
    { sent: 'POST /slow HTTP/1.1\r\nhost: x\r\n', status: 408, because: 'its headers never end' },
    {
      sent: 'POST /v1/connectors/http/crm HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{',
      status: 408,
      because: 'its body never ends',
    },
  ])('answers $status with a problem document: $because', async ({ sent, status }) => {
    const { port } = await start({ headersTimeoutMs: 200, requestTimeoutMs: 300, checkEveryMs: 50 });
    const { socket, received, ended } = await raw(port);
    socket.write(sent);
    await ended;
    expect(received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received()).toContain('application/problem+json');
  });
});

describe('close', () => {
  it('lets a request in flight finish, closes silent and idle connections, refuses new ones', async () => {
    const { port, close } = await start();
    const silent = await raw(port);
    const idle = await raw(port);
    idle.socket.write('GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(idle.socket, 'data');
    const inFlight = call(port, { method: 'GET', path: '/slow', headers: { connection: 'keep-alive' } });
    await sleep(100);

    const closed = close();
    await Promise.all([silent.ended, idle.ended]);
    await expect(call(port, { path: '/nowhere' })).rejects.toThrow('ECONNREFUSED');
    expect(await inFlight).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
  });

  it('does not wait for a hung request longer than told', async () => {
    const { port, close } = await start();
    const { socket, ended } = await raw(port);
    socket.write('POST /v1/cold/a HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n');
    await sleep(50);
    await close(100);
    await ended;
  });
});
