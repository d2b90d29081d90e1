import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readBody, sendJson } from '../http-exchange.ts';
import { limits } from '../protocol.ts';
import type { Asset } from '../runtime-contract.ts';
import { receiveEvents, type EventAttempt, type GatewayFault } from './receive-events.ts';

/** A request for a file of a delivery. */
export interface Download {
  path: string;
  authorization: string | undefined;
}

/** How a file is given: whole, not now (503), or only once `release` is called. */
export type AssetMode = 'given' | 'unavailable' | 'held';

/** A credential that was asked for, and whether the right token was shown. */
export interface LeaseRequest {
  envKey: string;
  authorized: boolean;
}

export interface MockGatewayOptions {
  host?: string;
  /** Any free one unless given. */
  port?: number;
  connector?: string;
  /** The shared token; without one nothing is asked for. */
  token?: string;
  /** Secrets that a sidecar may lease, by name. */
  credentials?: Record<string, string>;
  credentialTtlMs?: number;
}

/** A gateway in memory: takes events, gives files and credentials, and remembers every request. */
export interface MockGateway extends AsyncDisposable {
  readonly url: string;
  readonly connector: string;
  readonly token: string | undefined;
  readonly credentialToken: string;
  /** Everything that was posted as an event, in order, with how it was answered. */
  readonly events: EventAttempt[];
  /** How many events each batch held. */
  readonly batches: number[];
  readonly downloads: Download[];
  readonly leases: LeaseRequest[];
  readonly uploads: { fileName: string; mediaType: string; bytes: Buffer }[];
  /** What the next posts of events meet, one each, before anything is stored. */
  readonly faults: GatewayFault[];
  /** A file of a delivery as its descriptor; `release` lets a held one go. */
  offer(deliveryId: string, file: { bytes: Uint8Array; mode?: AssetMode }): { asset: Asset; release(): void };
  /** The environment that points a sidecar at this gateway, under the names that Trunkline's supervisor sets. */
  environment(baseUrl: string): Record<string, string>;
  close(): Promise<void>;
}

interface Offered {
  bytes: Uint8Array;
  mode: AssetMode;
  released: Promise<void>;
}

/** Starts a gateway on 127.0.0.1 for sidecars to be tried against. */
export async function startMockGateway(options: MockGatewayOptions = {}): Promise<MockGateway> {
  const { host = '127.0.0.1', port = 0, connector = 'conformance', token, credentials = {} } = options;
  const base = `/v1/connectors/external/${encodeURIComponent(connector)}`;
  const credentialToken = randomUUID();
  const offered = new Map<string, Offered>();
  const record = {
    events: [],
    batches: [],
    downloads: [],
    leases: [],
    uploads: [],
    faults: [],
  } satisfies Partial<MockGateway>;
  const stored = new Set<string>();
  const state: Pick<MockGateway, 'events' | 'batches' | 'downloads' | 'leases' | 'uploads' | 'faults'> = record;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://gateway');
    const { pathname } = url;
    const { authorization } = req.headers;
    if (pathname.startsWith(`${base}/credentials/`))
      return lease(pathname.slice(`${base}/credentials/`.length), { authorization, res });
    if (pathname.startsWith(`${base}/deliveries/`)) state.downloads.push({ path: req.url ?? '', authorization });
    const body = await readBody(req, pathname === `${base}/assets` ? limits.assetBytes : limits.bodyBytes);
    if (body === undefined) return sendJson(res, 413, { code: 'body_too_large' });
    const authorized = token === undefined || authorization === `Bearer ${token}`;
    if (pathname === `${base}/events` || pathname === `${base}/events/batch`) {
      return receiveEvents({ body, batch: pathname.endsWith('/batch'), authorized, res }, { ...state, stored });
    }
    if (!authorized) return sendJson(res, 401, { code: 'unauthenticated' });
    const file = offered.get(pathname);
    if (file) return giveFile(file, res);
    if (pathname !== `${base}/assets` || req.method !== 'POST') return sendJson(res, 404, { code: 'not_found' });
    const mediaType = req.headers['content-type'] ?? '';
    state.uploads.push({ fileName: url.searchParams.get('file_name') ?? '', mediaType, bytes: body });
    sendJson(res, 201, { asset_id: `asset_${sha256(body).slice(0, 32)}`, byte_length: body.length });
  }

  function lease(
    name: string,
    { authorization, res }: { authorization: string | undefined; res: ServerResponse },
  ): void {
    const envKey = decodeURIComponent(name);
    const authorized = authorization === `Bearer ${credentialToken}`;
    state.leases.push({ envKey, authorized });
    const value = credentials[envKey];
    if (!authorized) return sendJson(res, 401, { code: 'unauthenticated' });
    if (value === undefined) return sendJson(res, 404, { code: 'not_found' });
    const expires_at_ms = Date.now() + (options.credentialTtlMs ?? 300_000);
    sendJson(res, 200, { value, lease_id: randomUUID(), grant_id: 'conformance', expires_at_ms });
  }

  const server = createServer((req, res) => void serve(req, res).catch(() => res.destroy()));
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const url = `http://${host}:${typeof address === 'object' && address ? address.port : port}`;

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    url,
    connector,
    token,
    credentialToken,
    ...state,
    offer(deliveryId, { bytes, mode = 'given' }) {
      const id = `asset_${sha256(bytes).slice(0, 16)}`;
      const download_path = `${base}/deliveries/${encodeURIComponent(deliveryId)}/assets/${id}/raw`;
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      offered.set(download_path, { bytes, mode, released });
      const asset = {
        id,
        media_type: 'text/plain',
        file_name: 'conformance.txt',
        sha256: sha256(bytes),
        byte_length: bytes.length,
      };
      return { asset: { ...asset, download_path }, release };
    },
    environment: (baseUrl) => ({
      TRUNKLINE_CONNECTOR_NAME: connector,
      TRUNKLINE_CONNECTOR_BASE_URL: baseUrl,
      TRUNKLINE_CONNECTOR_GATEWAY_URL: url,
      ...(token !== undefined && { TRUNKLINE_CONNECTOR_SHARED_TOKEN: token }),
      TRUNKLINE_CONNECTOR_CREDENTIAL_TOKEN: credentialToken,
      TRUNKLINE_CONNECTOR_CREDENTIAL_KEYS_JSON: JSON.stringify(Object.keys(credentials)),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function giveFile({ bytes, mode, released }: Offered, res: ServerResponse): Promise<void> {
  if (mode === 'unavailable') return sendJson(res, 503, { code: 'asset_unavailable' });
  if (mode === 'held') await released;
  res.writeHead(200, { 'content-type': 'text/plain', 'content-length': bytes.length });
  res.end(bytes);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
