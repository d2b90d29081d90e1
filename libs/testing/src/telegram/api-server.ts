import type { IncomingMessage } from 'node:http';
import express, { type Express, type Request, type Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, tooManyRequests } from './api-error.ts';
import { Args } from './args.ts';
import type { Bot } from './bot.ts';
import type { Fault, Faults } from './faults.ts';
import { readMultipart } from './multipart.ts';
import type { World } from './world.ts';

export interface ApiServerDeps {
  world: World;
  faults: Faults;
  /** Runs a method of the Bot API; throws an ApiError for what Telegram would refuse. */
  call(bot: Bot, call: { method: string; args: Args; signal: AbortSignal }): Promise<MethodAnswer>;
  /** Told of every call and what became of it. */
  record(bot: Bot, call: { method: string; args: Args; atMs: number }, outcome: CallOutcome): void;
}

export interface MethodAnswer {
  result: unknown;
  description?: string;
}

/** What the caller was told; `lost` when a fault kept the answer from it. */
export type CallOutcome = { ok: true; result: unknown } | { ok: false; code: number; description: string } | 'lost';

const multipartOverhead = 1_000_000;
const badGateway =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

/** The Bot API over HTTP: `/bot<TOKEN>/METHOD` and `/file/bot<TOKEN>/<path>`. */
export function createApiServer(deps: ApiServerDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/file/:bot/*path', (req, res) => serveFile(req, res, deps));
  app.all('/:bot/:method', (req, res) => answerCall(req, res, deps));
  app.use((_req, res) => sendError(res, new ApiError(404, 'Not Found')));
  return app;
}

function findBot(segment: string, world: World): Bot {
  const token = /^bot(\d+:.+)$/.exec(segment)?.[1];
  if (token === undefined) throw new ApiError(404, 'Not Found');
  const bot = world.bots.find((each) => each.token === token);
  if (!bot || bot.revoked) throw new ApiError(401, 'Unauthorized');
  return bot;
}

function serveFile(req: Request, res: Response, { world }: ApiServerDeps): void {
  try {
    findBot(String(req.params['bot']), world);
    const path = [req.params['path']].flat().join('/');
    const bytes = world.files.download(path);
    if (!bytes) throw new ApiError(404, 'Not Found: file not found');
    res.type('application/octet-stream').send(bytes);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendError(res, error);
  }
}

async function answerCall(req: Request, res: Response, deps: ApiServerDeps): Promise<void> {
  const method = String(req.params['method']);
  try {
    const bot = findBot(String(req.params['bot']), deps.world);
    const args = await readArgs(req, deps.world.limits.uploadBytes + multipartOverhead);
    await runCall({ bot, method, args, res }, deps);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendError(res, error);
  }
}

async function runCall(
  { bot, method, args, res }: { bot: Bot; method: string; args: Args; res: Response },
  deps: ApiServerDeps,
): Promise<void> {
  const call = { method, args, atMs: deps.world.now() };
  const hungUp = new AbortController();
  res.once('close', () => hungUp.abort());
  const fault = deps.faults.take(method, args.values);
  try {
    const early = await beforeCall(fault, res);
    if (early === 'answered') return deps.record(bot, call, 'lost');
    const answer = await deps.call(bot, { method, args, signal: hungUp.signal });
    if (loseAnswer(fault, res)) return deps.record(bot, call, 'lost');
    deps.record(bot, call, { ok: true, result: answer.result });
    if (!res.destroyed) res.json({ ok: true, ...answer });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    deps.record(bot, call, { ok: false, code: error.code, description: error.message });
    sendError(res, error);
  }
}

async function beforeCall(fault: Fault | undefined, res: Response): Promise<'answered' | 'go on'> {
  switch (fault?.kind) {
    case 'drop':
      res.socket?.destroy();
      return 'answered';
    case 'delay':
      await sleep(fault.ms, undefined, { ref: false });
      return 'go on';
    case 'rate_limited':
      throw tooManyRequests(fault.retryAfter);
    case 'error':
      throw new ApiError(fault.code, fault.description, fault.parameters);
    case 'server_error':
      if (fault.committed) return 'go on';
      res.status(502).type('html').send(badGateway);
      return 'answered';
    default:
      return 'go on';
  }
}

function loseAnswer(fault: Fault | undefined, res: Response): boolean {
  if (fault?.kind === 'reset_after_commit') res.socket?.destroy();
  else if (fault?.kind === 'server_error') res.status(502).type('html').send(badGateway);
  else return false;
  return true;
}

function sendError(res: Response, error: ApiError): void {
  const { code, message: description, parameters } = error;
  if (parameters?.retry_after !== undefined) res.set('Retry-After', String(parameters.retry_after));
  if (res.destroyed) return;
  res.status(code).json({ ok: false, error_code: code, description, ...(parameters && { parameters }) });
}

/** Query, then body, whose fields win. */
async function readArgs(req: Request, limit: number): Promise<Args> {
  const query = Object.fromEntries(new URLSearchParams(req.originalUrl.split('?')[1] ?? ''));
  const body = await readAll(req, limit);
  const type = req.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const { fields, files } = readMultipart(body, type);
    return new Args({ ...query, ...fields }, files);
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return new Args({ ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) });
  }
  if (!type.startsWith('application/json') || body.length === 0) return new Args(query);
  return new Args({ ...query, ...readJson(body) });
}

function readJson(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    // Said below.
  }
  throw new ApiError(400, "Bad Request: can't parse JSON object");
}

async function readAll(stream: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size <= limit) parts.push(part);
  }
  // Read to its end all the same: a client that still writes would see a reset instead of the answer.
  if (size > limit) throw new ApiError(413, 'Request Entity Too Large');
  return Buffer.concat(parts);
}
