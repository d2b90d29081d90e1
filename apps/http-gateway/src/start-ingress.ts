import { listenForReceipts, type Bus } from '@trunkline/bus';
import {
  createAuthFailures,
  createIngressApp,
  createRateLimit,
  createTokenBank,
  listen,
  type EmitterDeps,
  type IngressRoute,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { SealingKeys } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { createAdmittedEmitter } from './admitted-emitter.ts';
import type { AssetUrls } from './asset-urls.ts';
import { serveAsset } from './assets.ts';
import type { gatewayOptions } from './options.ts';
import { answerOptions, receiveEvents } from './receive.ts';
import { tellReceipt } from './receipts.ts';
import { takeReplies } from './replies.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Pick<Inventory, 'get'>;
  assetUrls: AssetUrls;
  replyKeys: SealingKeys | undefined;
}

/** Starts listening for callers, until the service stops. Resolves with the port. */
export async function startIngress(service: Service<typeof gatewayOptions>, parts: IngressParts): Promise<number> {
  const { host, port } = service.options;
  const server = await listen(createIngressApp(createRoutes(service, parts), { log: service.log }), { host, port });
  service.onStop(() => server.close());
  service.log.info({ host, port: server.port }, 'ingress.listening');
  return server.port;
}

function createRoutes(service: Service<typeof gatewayOptions>, parts: IngressParts): IngressRoute[] {
  const { bus, inventory, assetUrls, replyKeys } = parts;
  const { trustedProxies } = service.options;
  const { metrics } = service.telemetry;
  const clock = { now: Date.now, random: Math.random };
  const rateLimit = createRateLimit({ bank: createTokenBank(bus.bucket('targets'), clock), now: clock.now });
  const receipts = listenForReceipts(service.instanceId, bus);
  service.onStop(() => receipts.stop());
  const observeStore: EmitterDeps['observe'] = ({ outcome, ms }) =>
    metrics.observe('store_duration_seconds', ms / 1000, { kind: 'http', outcome: outcome.outcome });
  const deps = {
    ...clock,
    bus,
    trustedProxies,
    assetUrls,
    rateLimit,
    log: service.log,
    connectors: { get: (name: string) => inventory.get('http', name) },
    failures: createAuthFailures({ now: clock.now }),
    emit: createAdmittedEmitter({ bus, receipts, rateLimit, now: clock.now, observe: observeStore }),
    onFailure: (connector: string) => metrics.count('auth_failures_total', { kind: 'http', connector }),
    observe: ({ connector, outcome, ms }: { connector: string; outcome: string; ms: number }) => {
      metrics.count('ingress_events_total', { kind: 'http', connector, outcome });
      metrics.observe('ingress_duration_seconds', ms / 1000, { kind: 'http', outcome });
    },
  };
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
