import type { Bus } from '@trunkline/bus';
import {
  createGuardedFetch,
  createIngressApp,
  listen,
  openIntake,
  serveAsset,
  type AssetUrls,
  type gatewayOptions,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createBotIdentities } from './bot-identity.ts';
import { createFetchAsset } from './fetch-asset.ts';
import { receiveEvents } from './receive.ts';
import { startSocketMode } from './start-socket-mode.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Inventory;
  assetUrls: AssetUrls;
}

/** Starts taking in what Slack sends, by both ways, until the service stops. Resolves with the port. */
export async function startIngress(service: Service<typeof gatewayOptions>, parts: IngressParts): Promise<number> {
  const { bus, inventory, assetUrls } = parts;
  const { host, port } = service.options;
  const fetch = createGuardedFetch({ perHost: 8 });
  service.onStop(() => fetch.close());

  const identities = createBotIdentities({ fetch, now: Date.now });
  const warmAll = () => inventory.list('slack').forEach((entry) => entry.state === 'ready' && identities.warm(entry));
  warmAll();
  service.onStop(inventory.onChange(warmAll));

  const connectors = { get: (name: string) => inventory.get('slack', name) };
  const deps = { ...openIntake(service, { kind: 'slack', bus }), connectors, assetUrls, identities };
  const fetchAsset = createFetchAsset({ connectors, fetch, now: Date.now, log: service.log });
  const routes = [
    { path: '/v1/connectors/slack/:name', hot: true, methods: { POST: receiveEvents(deps) } },
    {
      path: '/v1/connectors/slack/:name/assets/:asset_id',
      methods: { GET: serveAsset({ urls: assetUrls, bus, fetchAsset }) },
    },
  ];
  const server = await listen(createIngressApp(routes, { log: service.log }), { host, port });
  service.onStop(() => server.close());
  service.log.info({ host, port: server.port }, 'ingress.listening');
  await startSocketMode(service, { bus, inventory, fetch, take: deps });
  return server.port;
}
