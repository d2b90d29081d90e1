import type { Bus } from '@trunkline/bus';
import { createConcurrencyBudget } from '@trunkline/deliveries';
import { budgetScope } from '@trunkline/events';
import { createGuardedFetch, deliveryConnectors, runDeliveries } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import type { AssetUrls } from './asset-urls.ts';
import { createHttpDeliverer, targetAllowed } from './deliver.ts';
import type { gatewayOptions } from './options.ts';

/** Requests that one host gets at a time (spec 5.3). */
const perHost = 10;

/** Starts delivering outputs to http targets, in this process's share of the lanes, until the service stops. */
export async function startDeliveries(
  service: Service<typeof gatewayOptions>,
  { bus, inventory, assetUrls }: { bus: Bus; inventory: Inventory; assetUrls: AssetUrls },
): Promise<void> {
  const { metrics } = service.telemetry;
  const fetch = createGuardedFetch({ perHost });
  service.onStop(() => fetch.close());
  const deps = {
    fetch,
    assetUrls,
    connectors: { get: (name: string) => inventory.get('http', name) },
    allowCidrs: service.options.egressAllowCidrs,
    now: Date.now,
  };
  const deliveries = await runDeliveries(
    {
      kind: 'http',
      worker: service.instanceId,
      deliverer: createHttpDeliverer(deps),
      connectors: deliveryConnectors('http', inventory),
      budget: createConcurrencyBudget({ perScope: perHost, scopeOf: budgetScope }),
      allowed: (target) => targetAllowed(target, deps),
      log: service.log,
      onAttempt({ connector }, { outcome = 'unknown', duration_ms: ms = 0 }) {
        metrics.count('delivery_attempts_total', { kind: 'http', connector: connector.name, outcome });
        metrics.observe('platform_call_duration_seconds', ms / 1000, { kind: 'http', outcome });
      },
      onSettled({ connector, state, created_at: createdAt }) {
        metrics.count('deliveries_settled_total', { kind: 'http', connector: connector.name, state });
        metrics.observe('delivery_duration_seconds', (Date.now() - Date.parse(createdAt)) / 1000, {
          kind: 'http',
          outcome: state,
        });
      },
    },
    { bus },
  );
  service.onStop(() => deliveries.drain());
  metrics.watch('lanes_owned', { work: 'deliveries.http' }, () => deliveries.owned().length);
}
