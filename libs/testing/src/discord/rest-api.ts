import express, { type Express, type Request, type Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMultipart, type UploadedFile } from '../telegram/multipart.ts';
import { isJson, type Json } from '../slack/json.ts';
import { ApiError } from './api-error.ts';
import type { DiscordFault, DiscordFaults } from './faults.ts';
import type { RateLimits } from './rate-limits.ts';
import type { World } from './world.ts';

/** A call that came in, as its handler sees it. */
export interface RestCall {
  world: World;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Json;
  files: UploadedFile[];
}

/** What a handler answers: 200 with a body, or 204 without one. */
export type RestHandler = (call: RestCall) => unknown;

/** A call, with the status that it was answered; 0 when the answer was kept back. */
export interface DiscordCall {
  route: string;
  path: string;
  body: Json;
  files: string[];
  status: number;
  at: number;
}

export interface RestDeps {
  world: World;
  faults: DiscordFaults;
  limits: RateLimits;
  record(call: DiscordCall): void;
}

const maxBodyBytes = 30 * 1024 * 1024;

/** Serves the routes (`POST /channels/:id/messages`) below /api/v10, and the files. */
export function createRestApi(routes: Record<string, RestHandler>, deps: RestDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/attachments/*path', (req, res) => serveFile(req, res, deps.world));
  app.use(express.raw({ type: () => true, limit: maxBodyBytes }));
  for (const [route, handler] of Object.entries(routes)) {
    const [method = '', path = ''] = route.split(' ');
    const take = (req: Request, res: Response) => answer({ route, handler, req, res }, deps);
    app.route(`/api/v10${path}`)[verbs[method] ?? 'get'](take);
  }
  app.use((_req, res) => res.status(404).json({ message: '404: Not Found', code: 0 }));
  return app;
}

const verbs: Record<string, 'get' | 'post' | 'put' | 'patch' | 'delete'> = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
};

interface Exchange {
  route: string;
  handler: RestHandler;
  req: Request;
  res: Response;
}

async function answer({ route, handler, req, res }: Exchange, deps: RestDeps): Promise<void> {
  const { world, faults, limits } = deps;
  const at = world.now();
  const { body, files } = readBody(req);
  const finish = (status: number, scope?: string) => {
    limits.note(status, scope);
    deps.record({ route, path: req.originalUrl, body, files: files.map(({ name }) => name), status, at });
  };
  if (limits.isShutOut) return void res.status(429).type('html').set('retry-after', '600').send('error code: 1015');
  const fault = faults.take(route);
  if (await failsBefore(fault, { res, finish })) return;
  try {
    checkToken(req, route, world);
    const params = Object.fromEntries(Object.entries(req.params).map(([key, value]) => [key, String(value)]));
    const { headers, retryAfterSeconds } = limits.spend(route, params['id'] ?? '');
    res.set(headers);
    if (retryAfterSeconds !== undefined) return limited(res, { retryAfter: retryAfterSeconds, finish });
    const query = new URLSearchParams(req.originalUrl.split('?')[1] ?? '');
    const result = handler({ world, params, query, body, files });
    if (losesAnswer(fault, res)) return finish(0);
    if (result === undefined) res.status(204).end();
    else res.json(result);
    finish(res.statusCode);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    finish(error.status);
    const { message, code, errors } = error;
    res.status(error.status).json({ message, code, ...(errors !== undefined && { errors }) });
  }
}

/** Interactions and webhooks are called with a token in their path. */
function checkToken(req: Request, route: string, { bot }: World): void {
  if (/ \/(interactions|webhooks)\//.test(route)) return;
  if (req.headers.authorization === `Bot ${bot.token}`) return;
  throw new ApiError({ status: 401, code: 0, message: '401: Unauthorized' });
}

interface Ending {
  res: Response;
  finish: (status: number, scope?: string) => void;
}

async function failsBefore(fault: DiscordFault | undefined, { res, finish }: Ending): Promise<boolean> {
  switch (fault?.kind) {
    case 'drop':
      res.socket?.destroy();
      finish(0);
      return true;
    case 'delay':
      await sleep(fault.ms, undefined, { ref: false });
      return false;
    case 'rate_limited':
      limited(res, { ...fault, finish });
      return true;
    case 'error': {
      const { status, code, message } = fault;
      res.status(status).json({ message, code });
      finish(status);
      return true;
    }
    case 'server_error':
      if (fault.committed) return false;
      badGateway(res);
      finish(502);
      return true;
    default:
      return false;
  }
}

interface Limited {
  retryAfter: number;
  scope?: 'user' | 'global' | 'shared';
  finish: (status: number, scope?: string) => void;
}

function limited(res: Response, { retryAfter, scope = 'user', finish }: Limited): void {
  const global = scope === 'global';
  res.set({ 'retry-after': String(Math.ceil(retryAfter)), 'x-ratelimit-scope': scope, via: '1.1 fake' });
  if (global) res.set('x-ratelimit-global', 'true');
  res.status(429).json({ message: 'You are being rate limited.', retry_after: retryAfter, global });
  finish(429, scope);
}

function losesAnswer(fault: DiscordFault | undefined, res: Response): boolean {
  if (fault?.kind === 'reset_after_commit') res.socket?.destroy();
  else if (fault?.kind === 'server_error') badGateway(res);
  else return false;
  return true;
}

const badGateway = (res: Response) => res.status(502).type('html').send('<html><h1>502 Bad Gateway</h1></html>');

function readBody(req: Request): { body: Json; files: UploadedFile[] } {
  const bytes: unknown = req.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return { body: {}, files: [] };
  const type = req.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { body: readJson(bytes.toString()), files: [] };
  const { fields, files } = readMultipart(bytes, type);
  const named = Object.entries(files).filter(([field]) => /^files\[\d+\]$/.test(field));
  return { body: readJson(fields['payload_json'] ?? '{}'), files: named.map(([, file]) => file) };
}

function readJson(text: string): Json {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJson(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function serveFile(req: Request, res: Response, world: World): void {
  const path = [req.params['path']].flat().join('/');
  const file = world.files.get(path);
  if (!file) return void res.status(404).end();
  res.type(file.type).send(file.bytes);
}
