import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http-exchange.ts';
import { limits } from '../protocol.ts';
import type { OfferedFiles } from './offered-files.ts';
import { receiveEvents, type EventAttempt, type GatewayFault } from './receive-events.ts';

/** A request for a file of a delivery. */
export interface Download {
  path: string;
  authorization: string | undefined;
}

/** A credential that was asked for, and whether the right token was shown. */
export interface LeaseRequest {
  envKey: string;
  authorized: boolean;
}

/** What sidecars asked of the gateway, in order, and what they will meet. */
export interface GatewayRecord {
  /** Everything that was posted as an event, with how it was answered. */
  readonly events: EventAttempt[];
  /** How many events each batch held. */
  readonly batches: number[];
  readonly downloads: Download[];
  readonly leases: LeaseRequest[];
  readonly uploads: { fileName: string; mediaType: string; bytes: Buffer }[];
  /** What the next posts of events meet, one each, before anything is stored. */
  readonly faults: GatewayFault[];
}

interface Options {
  /** Path of the connector. */
  base: string;
  token: string | undefined;
  credentialToken: string;
  credentials: Record<string, string>;
  ttlMs: number;
}

interface Deps {
  record: GatewayRecord;
  files: OfferedFiles;
  stored: Set<string>;
}

/** The routes of the ingress contract. */
export function createGatewayRoutes(options: Options, { record, files, stored }: Deps) {
  const { base, token } = options;

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://gateway');
    const { authorization } = req.headers;
    const [, route, rest = ''] =
      /^\/(events\/batch|events|assets|credentials|deliveries)(?:\/(.*))?$/.exec(below(base, pathname)) ?? [];
    if (route === 'credentials')
      return lease({ envKey: decodeURIComponent(rest), authorization, res }, { ...options, record });
    if (route === 'deliveries') record.downloads.push({ path: req.url ?? '', authorization });
    const body = await readBody(req, route === 'assets' ? limits.assetBytes : limits.bodyBytes);
    if (body === undefined) return sendJson(res, 413, { code: 'body_too_large' });
    const authorized = token === undefined || authorization === `Bearer ${token}`;
    if (route === 'events' || route === 'events/batch') {
      return receiveEvents({ body, batch: route !== 'events', authorized, res }, { ...record, stored });
    }
    if (!authorized) return sendJson(res, 401, { code: 'unauthenticated' });
    if (route === 'deliveries') return files.give(pathname, res);
    if (route !== 'assets') return sendJson(res, 404, { code: 'not_found' });
    const mediaType = req.headers['content-type'] ?? '';
    record.uploads.push({ fileName: searchParams.get('file_name') ?? '', mediaType, bytes: body });
    const asset_id = `asset_${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
    sendJson(res, 201, { asset_id, byte_length: body.length });
  };
}

const below = (base: string, path: string): string => (path.startsWith(`${base}/`) ? path.slice(base.length) : '');

interface LeaseCall {
  envKey: string;
  authorization: string | undefined;
  res: ServerResponse;
}

function lease(
  { envKey, authorization, res }: LeaseCall,
  { credentialToken, credentials, ttlMs, record }: Options & { record: GatewayRecord },
): void {
  const authorized = authorization === `Bearer ${credentialToken}`;
  record.leases.push({ envKey, authorized });
  const value = credentials[envKey];
  if (!authorized) return sendJson(res, 401, { code: 'unauthenticated' });
  if (value === undefined) return sendJson(res, 404, { code: 'not_found' });
  sendJson(res, 200, { value, lease_id: randomUUID(), grant_id: 'conformance', expires_at_ms: Date.now() + ttlMs });
}
