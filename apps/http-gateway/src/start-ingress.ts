import type { Bus } from '@trunkline/bus';
import {
  createIngressApp,
  listen,
  localUrl,
  openIntake,
  serveAsset,
  type AssetUrls,
  type IngressRoute,
  type StatusNotes,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { SealingKeys } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import type { httpGatewayOptions } from './options.ts';
import type { OwnMarks } from './own-mark.ts';
import { answerOptions, receiveEvents } from './receive.ts';
import { tellReceipt } from './receipts.ts';
import { takeReplies } from './replies.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Pick<Inventory, 'get'>;
  assetUrls: AssetUrls;
  replyKeys: SealingKeys | undefined;
  marks: OwnMarks;
  status: StatusNotes;
}

/** Starts listening for callers, until the service stops. Resolves with the URL at which this machine reaches it. */
export async function startIngress(service: Service<typeof httpGatewayOptions>, parts: IngressParts): Promise<string> {
  const { host, port } = service.options;
  const server = await listen(createIngressApp(createRoutes(service, parts), { log: service.log }), { host, port });
  service.onStop(() => server.close());
  service.log.info({ host, port: server.port }, 'ingress.listening');
  return localUrl(host, server.port);
}

function createRoutes(service: Service<typeof httpGatewayOptions>, parts: IngressParts): IngressRoute[] {
  const { bus, inventory, assetUrls, replyKeys, marks, status } = parts;
  const connectors = { get: (name: string) => inventory.get('http', name) };
  const deps = { ...openIntake(service, { kind: 'http', bus, status }), connectors, assetUrls, marks };
  return [
    {
      path: '/v1/connectors/http/:name',
      hot: true,
      methods: { POST: receiveEvents(deps), OPTIONS: answerOptions(deps) },
    },
    { path: '/v1/connectors/http/:name/events/:event_id', methods: { GET: tellReceipt(deps) } },
    { path: '/v1/connectors/http/:name/assets/:asset_id', methods: { GET: serveAsset({ urls: assetUrls, bus }) } },
    { path: '/v1/replies', methods: { POST: takeReplies({ ...deps, keys: replyKeys }) } },
  ];
}
