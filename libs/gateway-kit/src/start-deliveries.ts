import type { Bus } from '@trunkline/bus';
import type { Step } from '@trunkline/deliveries';
import type { ConnectorKind } from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { deliveryConnectors } from './delivery-connectors.ts';
import type { StatusReporter } from './report-status.ts';
import { runDeliveries, type RunDeliveriesOptions, type RunningDeliveries } from './run-deliveries.ts';

/** What one kind brings: its platform, its budget and its allowlists. */
export type DeliveryParts<S extends Step> = Pick<RunDeliveriesOptions<S>, 'deliverer' | 'budget' | 'allowed'>;

/** Where it is noted what became of deliveries. */
export type DeliveryStatus = Pick<StatusReporter, 'sawDelivery' | 'watchWaiting'>;

/** Delivers what is queued for a kind, counted and logged, until the service stops. */
export async function startDeliveries<S extends Step>(
  service: Service,
  parts: DeliveryParts<S> & { kind: ConnectorKind; bus: Bus; inventory: Inventory; status: DeliveryStatus },
): Promise<Pick<RunningDeliveries, 'owns'>> {
  const { kind, bus, inventory, status, ...platform } = parts;
  const { metrics } = service.telemetry;
  const deliveries = await runDeliveries<S>(
    {
      ...platform,
      kind,
      worker: service.instanceId,
      connectors: deliveryConnectors(kind, inventory),
      log: service.log,
      onAttempt({ connector }, { outcome = 'unknown', duration_ms: ms = 0 }) {
        metrics.count('delivery_attempts_total', { kind, connector: connector.name, outcome });
        if (outcome !== 'delivered') status.sawDelivery(connector.name, { fate: 'failed' });
        metrics.observe('platform_call_duration_seconds', ms / 1000, { kind, outcome });
      },
      onSettled({ connector: { name: connector }, state, reason, created_at: createdAt }) {
        metrics.count('deliveries_settled_total', { kind, connector, state });
        if (state === 'dead')
          metrics.count('dead_letters_total', { kind, connector, reason: reason?.code ?? 'unknown' });
        const tookMs = Math.max(0, Date.now() - Date.parse(createdAt));
        if (state === 'delivered') status.sawDelivery(connector, { fate: 'delivered', tookMs });
        metrics.observe('delivery_duration_seconds', tookMs / 1000, { kind, outcome: state });
      },
    },
    { bus },
  );
  service.onStop(() => deliveries.drain());
  status.watchWaiting(() => deliveries.oldestWaiting());
  watchWaiting(deliveries, { kind, metrics });
  metrics.watch('lanes_owned', { work: `deliveries.${kind}` }, () => deliveries.owned().length);
  return deliveries;
}

function watchWaiting(
  deliveries: RunningDeliveries,
  { kind, metrics }: { kind: ConnectorKind; metrics: Service['telemetry']['metrics'] },
): void {
  metrics.watchAll('backlog_age_seconds', () =>
    [...deliveries.oldestWaiting()].map(([connector, since]) => ({
      labels: { kind, connector },
      value: Math.max(0, (Date.now() - Date.parse(since)) / 1000),
    })),
  );
  metrics.watchAll('deliveries_parked', () =>
    [...deliveries.parked()].map(([connector, value]) => ({ labels: { kind, connector }, value })),
  );
  metrics.watch('breakers_open', { kind }, () => deliveries.openBreakers());
}
