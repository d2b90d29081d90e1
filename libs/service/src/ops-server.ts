import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { expositionTypes, type Telemetry } from '@trunkline/telemetry';
import type { ReadinessReport } from './readiness.ts';

// Not a static import: the ES module view of node:http reads all its exports, among them the ones that load the whole of undici,
// 13 MB that a process without outgoing HTTP does not need.
const { createServer } = process.getBuiltinModule('node:http');

/** What the ops server shows. */
export interface OpsDeps {
  telemetry: Pick<Telemetry, 'prometheus'>;
  /** The present state of the service, with whatever describes it. */
  report(): Promise<ReadinessReport & Record<string, unknown>>;
}

/** A listening ops server. */
export interface OpsServer {
  url: string;
  close(): Promise<void>;
}

/** Serves /livez, /readyz and /metrics, apart from the port that the world sees. */
export async function listenOps({ host, port }: { host: string; port: number }, deps: OpsDeps): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request, response, deps).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), close: () => closeServer(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: OpsDeps): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { title: 'Only GET' });
  const path = (request.url ?? '').split('?')[0];
  // That we can answer at all is the answer: the event loop turns.
  if (path === '/livez') return sendJson(response, 200, { status: 'alive' });
  if (path === '/readyz') return sendReadiness(response, deps);
  if (path === '/metrics') return sendMetrics(request, response, deps);
  return sendJson(response, 404, { title: 'Not found', paths: ['/livez', '/readyz', '/metrics'] });
}

async function sendReadiness(response: ServerResponse, { report }: OpsDeps): Promise<void> {
  const body = await report();
  sendJson(response, body.ready ? 200 : 503, body);
}

async function sendMetrics(request: IncomingMessage, response: ServerResponse, { telemetry }: OpsDeps): Promise<void> {
  const format = (request.headers.accept ?? '').includes('application/openmetrics-text') ? 'openmetrics' : 'text';
  const body = await telemetry.prometheus(format);
  response.writeHead(200, { 'content-type': expositionTypes[format] }).end(body);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${named.includes(':') ? `[${named}]` : named}:${port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
