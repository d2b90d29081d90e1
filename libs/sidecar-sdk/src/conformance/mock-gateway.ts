import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createGatewayRoutes, type GatewayRecord } from './gateway-routes.ts';
import { createOfferedFiles, type AssetMode } from './offered-files.ts';
import type { Asset } from '../runtime-contract.ts';

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
export interface MockGateway extends AsyncDisposable, GatewayRecord {
  readonly url: string;
  readonly connector: string;
  readonly token: string | undefined;
  readonly credentialToken: string;
  /** A file of a delivery as its descriptor; `release` lets a held one go. */
  offer(deliveryId: string, file: { bytes: Uint8Array; mode?: AssetMode }): { asset: Asset; release(): void };
  /** The environment that points a sidecar at this gateway, under the names that Trunkline's supervisor sets. */
  environment(baseUrl: string): Record<string, string>;
  close(): Promise<void>;
}

/** Starts a gateway on 127.0.0.1, or another address, for sidecars to be tried against. */
export async function startMockGateway(options: MockGatewayOptions = {}): Promise<MockGateway> {
  const { host = '127.0.0.1', port = 0, connector = 'conformance', token, credentials = {} } = options;
  const base = `/v1/connectors/external/${encodeURIComponent(connector)}`;
  const credentialToken = randomUUID();
  const record: GatewayRecord = { events: [], batches: [], downloads: [], leases: [], uploads: [], faults: [] };
  const files = createOfferedFiles(base);
  const routes = { base, token, credentialToken, credentials, ttlMs: options.credentialTtlMs ?? 300_000 };
  const serve = createGatewayRoutes(routes, { record, files, stored: new Set() });
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
    ...record,
    offer: files.offer,
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
