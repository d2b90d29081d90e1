import type { Bus } from '@trunkline/bus';
import { createConcurrencyBudget } from '@trunkline/deliveries';
import { budgetScope } from '@trunkline/events';
import { createGuardedFetch, startDeliveries, type AssetUrls, type DeliveryStatus } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createHttpDeliverer, targetAllowed } from './deliver.ts';
import type { httpGatewayOptions } from './options.ts';

/** Requests that one host gets at a time (spec 5.3). */
const perHost = 10;

/** Starts delivering outputs to http targets, in this process's share of the lanes, until the service stops. */
export async function startHttpDeliveries(
  service: Service<typeof httpGatewayOptions>,
  parts: { bus: Bus; inventory: Inventory; assetUrls: AssetUrls; status: DeliveryStatus },
): Promise<void> {
  const { bus, inventory, assetUrls, status } = parts;
  const fetch = createGuardedFetch({ perHost });
  service.onStop(() => fetch.close());
  const deps = {
    fetch,
    assetUrls,
    connectors: { get: (name: string) => inventory.get('http', name) },
    allowCidrs: service.options.egressAllowCidrs,
    now: Date.now,
  };
  await startDeliveries(service, {
    kind: 'http',
    bus,
    inventory,
    status,
    deliverer: createHttpDeliverer(deps),
    budget: createConcurrencyBudget({ perScope: perHost, scopeOf: budgetScope }),
    allowed: (target) => targetAllowed(target, deps),
  });
}
