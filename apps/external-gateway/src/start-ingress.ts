import type { Bus } from '@trunkline/bus';
import { createIngressApp, listen, localUrl, openIntake, serveAsset } from '@trunkline/gateway-kit';
import type { AssetUrls, gatewayOptions, IngressRoute, StatusNotes } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { lendCredential } from './lend-credential.ts';
import { receiveEvents } from './receive.ts';
import { tellReceipt } from './receipts.ts';
import { serveDeliveryAsset } from './serve-delivery-asset.ts';
import type { SidecarRecords } from './start-sidecars.ts';
import { uploadAsset } from './upload-asset.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Pick<Inventory, 'get'>;
  assetUrls: AssetUrls;
  sidecars: SidecarRecords;
  status: StatusNotes;
}

/** Starts listening for sidecars, until the service stops. Resolves with the URL at which this machine's own reach it. */
export async function startIngress(service: Service<typeof gatewayOptions>, parts: IngressParts): Promise<string> {
  const { host, port } = service.options;
  const server = await listen(createIngressApp(createRoutes(service, parts), { log: service.log }), { host, port });
  service.onStop(() => server.close());
  service.log.info({ host, port: server.port }, 'ingress.listening');
  return localUrl(host, server.port);
}

function createRoutes(service: Service<typeof gatewayOptions>, parts: IngressParts): IngressRoute[] {
  const { bus, inventory, assetUrls, sidecars, status } = parts;
  const deps = {
    ...openIntake(service, { kind: 'external', bus, status }),
    connectors: { get: (name: string) => inventory.get('external', name) },
    assetUrls,
    instanceOf: async (name: string) => (await sidecars.record(name))?.manifest?.instance_id,
  };
  const base = '/v1/connectors/external/:name';
  return [
    { path: `${base}/events`, hot: true, methods: { POST: receiveEvents('single', deps) } },
    { path: `${base}/events/batch`, hot: true, methods: { POST: receiveEvents('batch', deps) } },
    { path: `${base}/events/:event_id`, methods: { GET: tellReceipt(deps) } },
    { path: `${base}/assets`, methods: { POST: uploadAsset(deps) } },
    { path: `${base}/assets/:asset_id`, methods: { GET: serveAsset({ urls: assetUrls, bus }) } },
    { path: `${base}/credentials/:env_key`, methods: { GET: lendCredential(deps) } },
    { path: `${base}/deliveries/:delivery_id/assets/:asset_id/raw`, methods: { GET: serveDeliveryAsset(deps) } },
  ];
}
