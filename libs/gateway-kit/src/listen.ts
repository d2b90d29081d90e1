import { createServer, STATUS_CODES, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { problem, type Problem } from '@trunkline/errors';
import { problemAnswer } from './answer.ts';

/** Where to listen; port 0 picks a free one. The times are for tests. */
export interface ListenOptions {
  host: string;
  port: number;
  /** For a whole request to arrive; a slower client gets 408. */
  requestTimeoutMs?: number;
  /** For its headers alone. */
  headersTimeoutMs?: number;
  /** How often both are checked. */
  checkEveryMs?: number;
}

/** A listening server. */
export interface IngressServer {
  readonly port: number;
  /** Stops accepting, lets requests in flight finish for at most `graceMs`, closes the connections. Callable twice. */
  close(graceMs?: number): Promise<void>;
}

/** Resolves once the port is open; rejects when it cannot be opened. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<IngressServer> {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      headersTimeout: options.headersTimeoutMs ?? 15_000,
      connectionsCheckingInterval: options.checkEveryMs ?? 5_000,
      // Longer than a proxy keeps an idle connection (Caddy: two minutes): the side that also sends must close it, or a
      // request crosses our close on the way and is lost.
      keepAliveTimeout: 130_000,
    },
    app,
  );
  // Not answered with 100 until somebody reads the body: what is refused by its headers is then never uploaded.
  server.on('checkContinue', app);
  server.on('clientError', refuseMalformed);
  const closer = trackConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: portOf(server.address()), close: closer };
}

const portOf = (address: AddressInfo | string | null) => (typeof address === 'object' && address ? address.port : 0);

/** node's own list of idle connections leaves out those that never sent anything, so requests in flight are kept here. */
function trackConnections(server: Server): (graceMs?: number) => Promise<void> {
  const open = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const onRequest: RequestListener = (req, res) => {
    inFlight.add(res);
    if (closing) res.shouldKeepAlive = false;
    res.once('close', () => {
      inFlight.delete(res);
      if (closing) req.socket.destroySoon();
    });
  };
  server.prependListener('request', onRequest);
  server.prependListener('checkContinue', onRequest);

  return (graceMs = 20_000) => {
    closing ??= new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const res of inFlight) res.shouldKeepAlive = false;
      const busy = new Set([...inFlight].map((res) => res.req.socket));
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    });
    return closing;
  };
}

const malformed = problem('request_malformed', {
  detail: 'The request is not valid HTTP/1.1. Check the client or the proxy.',
});
const tooSlow = problem('request_timeout', { detail: 'The request did not arrive in time. Send it again, faster.' });
const headersTooLarge = problem('headers_too_large', { detail: 'Send at most 16 KiB of headers.' });

const problemOfParser: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: tooSlow,
  HPE_HEADER_OVERFLOW: headersTooLarge,
};

/** There is no response object yet when the parser gives up, so the answer is written by hand. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const { status, headers, body } = problemAnswer(problemOfParser[error.code ?? ''] ?? malformed);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
