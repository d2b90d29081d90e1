import type { Bus } from '@trunkline/bus';
import {
  createIngressApp,
  listen,
  localUrl,
  openIntake,
  serveAsset,
  type AssetUrls,
  type gatewayOptions,
  type GuardedFetch,
  type StatusNotes,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createBotIdentities, type BotIdentities } from './bot-identity.ts';
import { createFetchAsset } from './fetch-asset.ts';
import { receiveEvents } from './receive.ts';
import { startSocketMode } from './start-socket-mode.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Inventory;
  assetUrls: AssetUrls;
  fetch: GuardedFetch;
  status: StatusNotes;
}

/** What others need of the receiving side: where this machine reaches it, and who the bots are. */
export interface Ingress {
  url: string;
  identities: BotIdentities;
}

/** Starts taking in what Slack sends, by both ways, until the service stops. */
export async function startIngress(service: Service<typeof gatewayOptions>, parts: IngressParts): Promise<Ingress> {
  const { bus, inventory, assetUrls, fetch, status } = parts;
  const { host, port } = service.options;
  const identities = createBotIdentities({ fetch, now: Date.now });
  const warmAll = () => inventory.list('slack').forEach((entry) => entry.state === 'ready' && identities.warm(entry));
  warmAll();
  service.onStop(inventory.onChange(warmAll));

  const connectors = { get: (name: string) => inventory.get('slack', name) };
  const deps = { ...openIntake(service, { kind: 'slack', bus, status }), connectors, assetUrls, identities };
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
  await startSocketMode(service, { bus, inventory, fetch, status, take: deps });
  return { url: localUrl(host, server.port), identities };
}
