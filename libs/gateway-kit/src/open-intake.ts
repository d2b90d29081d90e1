import { listenForReceipts, type Bus } from '@trunkline/bus';
import type { ConnectorKind } from '@trunkline/events';
import type { Service } from '@trunkline/service';
import { createAdmittedEmitter, type EmitPackage } from './admitted-emitter.ts';
import { createAuthFailures, type AuthFailures } from './auth-failures.ts';
import type { TrustedProxies } from './client-address.ts';
import { createEmitter, type Emitter, type EmitterDeps } from './emitter.ts';
import type { gatewayOptions } from './gateway-options.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';
import type { StatusNotes } from './status-board.ts';
import { createTokenBank } from './token-bank.ts';

/** What the receiving side of every gateway works with. */
export interface Intake {
  bus: Bus;
  /** Stores events; what it says is stored was acknowledged by the bus. */
  emit: EmitPackage;
  /** The same for many that have nothing to be put away, at once. */
  emitAll: Emitter['emitAll'];
  rateLimit: RateLimit;
  failures: AuthFailures;
  trustedProxies: TrustedProxies;
  log: Service['log'];
  now: () => number;
  random: () => number;
  /** Counts a failed authentication. */
  onFailure(connector: string): void;
  /** Counts what became of a request. Name only connectors that exist: what callers make up is no label. */
  observe(seen: { connector: string; outcome: string; ms: number }): void;
}

/** Opens the receiving side of a gateway of this kind, until the service stops. */
export function openIntake(
  service: Service<typeof gatewayOptions>,
  { kind, bus, status }: { kind: ConnectorKind; bus: Bus; status: Pick<StatusNotes, 'sawEvent' | 'sawStore'> },
): Intake {
  const { metrics } = service.telemetry;
  const clock = { now: Date.now, random: Math.random };
  const rateLimit = createRateLimit({ bank: createTokenBank(bus.bucket('targets'), clock), now: clock.now });
  const receipts = listenForReceipts({ kind, instance: service.instanceId }, bus);
  service.onStop(() => receipts.stop());
  const observeStore: EmitterDeps['observe'] = ({ outcome: { outcome }, ms }) => {
    metrics.observe('store_duration_seconds', ms / 1000, { kind, outcome });
    if (outcome !== 'rate_limited' && outcome !== 'bus_unavailable') status.sawStore(ms);
  };
  const storing = { bus, receipts, rateLimit, now: clock.now, observe: observeStore };
  return {
    ...clock,
    bus,
    rateLimit,
    log: service.log,
    trustedProxies: service.options.trustedProxies,
    failures: createAuthFailures({ now: clock.now }),
    emit: createAdmittedEmitter(storing),
    emitAll: createEmitter(storing).emitAll,
    onFailure: (connector) => metrics.count('auth_failures_total', { kind, connector }),
    observe({ connector, outcome, ms }) {
      metrics.count('ingress_events_total', { kind, connector, outcome });
      status.sawEvent(connector, outcome);
      metrics.observe('ingress_duration_seconds', ms / 1000, { kind, outcome });
    },
  };
}
