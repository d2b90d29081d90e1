import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearsToken } from './bears-token.ts';
import { unsupportedVersion, type DeliverOnce } from './deliver-once.ts';
import { parseJson, readBody, sendJson } from './http-exchange.ts';
import type { SidecarLog } from './log.ts';
import { deliveryHeaders, limits, runtimeVersion } from './protocol.ts';
import { deliverySchema, type DeliveryAnswer, type Health, type Manifest } from './runtime-contract.ts';

/** Before the gateway stops waiting: it should read an answer, not guess. What it asks again joins what is under way. */
const answerWithinMs = limits.deliveryAnswerMs - 1_000;

export interface RuntimeServerDeps {
  token: string | undefined;
  manifest: Manifest;
  health(): Health;
  deliveries: DeliverOnce;
  log: SidecarLog;
}

/** The three endpoints of the runtime contract below a base path. */
export function createRuntimeServer(basePath: string, deps: RuntimeServerDeps): Server {
  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      deps.log.error('request failed', { error });
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, { error: 'internal_error' });
    });
  });
  // The gateway waits longer for nothing; a body that trickles must not hold a connection for minutes.
  server.requestTimeout = 30_000;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const route = routeOf(req, basePath);
    if (route === undefined) return sendJson(res, 404, { error: 'not_found' });
    if (deps.token !== undefined && !bearsToken(req.headers.authorization, deps.token)) {
      res.setHeader('www-authenticate', 'Bearer');
      return sendJson(res, 401, { error: 'unauthorized' });
    }
    if (route.method !== req.method) {
      res.setHeader('allow', route.method);
      return sendJson(res, 405, { error: 'method_not_allowed' });
    }
    if (route.name === 'manifest') return sendJson(res, 200, deps.manifest);
    if (route.name === 'health') return sendJson(res, 200, deps.health());
    const { status, answer } = await takeDelivery(req, deps);
    // What is left of a refused body is not read: the connection cannot be used again.
    if (status === 413) res.setHeader('connection', 'close');
    sendJson(res, status, answer);
  }

  return server;
}

/** Listens, and resolves when connections are accepted. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

const routes = [
  { name: 'manifest', method: 'GET' },
  { name: 'health', method: 'GET' },
  { name: 'deliver', method: 'POST' },
] as const;

function routeOf(req: IncomingMessage, basePath: string): (typeof routes)[number] | undefined {
  const path = (req.url ?? '').split('?', 1)[0] ?? '';
  return routes.find(({ name }) => path === `${basePath}/${name}`);
}

interface Answered {
  status: number;
  answer: DeliveryAnswer;
}

async function takeDelivery(req: IncomingMessage, deps: RuntimeServerDeps): Promise<Answered> {
  const body = await readBody(req, limits.bodyBytes);
  if (body === undefined) return refuse(413, `The body is larger than ${limits.bodyBytes} bytes.`);
  const document = parseJson(body);
  if (document === undefined) return refuse(400, 'The body is not JSON in UTF-8.');
  if (otherVersion(req, document)) return refuse(400, unsupportedVersion());
  const parsed = deliverySchema.safeParse(document);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'body');
    return refuse(400, `Not a delivery; wrong or missing: ${[...new Set(fields)].join(', ')}.`);
  }
  // Retried once another process serves this connector: the platform is about to be left.
  const draining = deps.health().status === 'draining';
  if (draining && !deps.deliveries.isUnderWay(parsed.data.delivery_id)) return later('The sidecar is draining.');
  return inTime(deps.deliveries.deliver(parsed.data));
}

const refuse = (status: number, detail: string): Answered => ({ status, answer: { status: 'terminal_error', detail } });
const later = (detail: string): Answered => ({ status: 503, answer: { status: 'retryable_error', detail } });

function otherVersion(req: IncomingMessage, document: unknown): boolean {
  const header = req.headers[deliveryHeaders.version];
  if (header !== undefined && header !== String(runtimeVersion)) return true;
  if (typeof document !== 'object' || document === null || !('protocol_version' in document)) return false;
  const { protocol_version } = document;
  return protocol_version !== null && protocol_version !== runtimeVersion;
}

async function inTime(delivered: Promise<DeliveryAnswer>): Promise<Answered> {
  const timer = new AbortController();
  const tooLate = sleep(answerWithinMs, undefined, { signal: timer.signal }).then(
    () => later('Still under way; a repeat waits for it.'),
    () => later('Interrupted.'),
  );
  try {
    return await Promise.race([delivered.then((answer) => ({ status: 200, answer })), tooLate]);
  } finally {
    timer.abort();
  }
}
