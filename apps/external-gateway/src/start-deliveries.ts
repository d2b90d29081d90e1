import type { Bus } from '@trunkline/bus';
import { connectorAllows } from '@trunkline/config';
import { createConcurrencyBudget } from '@trunkline/deliveries';
import { budgetScope, type ReplyHandle } from '@trunkline/events';
import { createGuardedFetch, startDeliveries, type DeliveryStatus } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createCallSidecar } from './call-sidecar.ts';
import { answerMs, createExternalDeliverer, deliverRelayed } from './deliver.ts';
import { openRelay } from './relay.ts';
import type { SidecarRecords } from './start-sidecars.ts';

/** Requests that one sidecar gets at a time. */
const perSidecar = 10;

/** Starts delivering outputs to sidecars, in this process's share of the lanes, until the service stops. */
export async function startExternalDeliveries(
  service: Service,
  parts: { bus: Bus; inventory: Inventory; sidecars: SidecarRecords; status: DeliveryStatus },
): Promise<void> {
  const { bus, inventory, sidecars, status } = parts;
  const call = createCallSidecar({ now: Date.now, perHost: perSidecar });
  const fetch = createGuardedFetch();
  service.onStop(() => Promise.all([call.close(), fetch.close()]));
  const { instanceId: instance } = service;
  const connectors = { get: (name: string) => inventory.get('external', name) };
  const deps = { connectors, call, fetch, bus, sidecars, instance, now: Date.now };
  const relay = openRelay({
    ...{ instance, bus },
    serve: (step) => deliverRelayed(step, deps),
    timeoutMs: answerMs + 5_000,
  });
  service.onStop(() => relay.stop());
  await startDeliveries(service, {
    ...{ kind: 'external', bus, inventory, status },
    deliverer: createExternalDeliverer({ ...deps, relay }),
    budget: createConcurrencyBudget({ perScope: perSidecar, scopeOf: budgetScope }),
    allowed(target: ReplyHandle) {
      const config = target.type === 'external' ? inventory.get('external', target.connector)?.config : undefined;
      // Without its connector nothing is known; such a delivery is parked, not refused.
      return config ? connectorAllows(config, target) : { allowed: true as const };
    },
  });
}
