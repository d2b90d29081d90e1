import type { LiveState } from '@trunkline/control-api';
import type { ConnectorStatus } from '@trunkline/events';

/** What one gateway says of a connector. */
export interface ToldStatus {
  gateway: string;
  heardAt: number;
  status: ConnectorStatus;
}

export type Traffic = LiveState['traffic'];

export const noTraffic: Traffic = {
  accepted: 0,
  duplicate: 0,
  ignored: 0,
  rejected: 0,
  errors: 0,
  delivered: 0,
  failed: 0,
};

/** One state of what the gateways of a kind say of one connector; there is at least one. */
export function mergeStatus(told: readonly ToldStatus[], nowMs: number): LiveState {
  const holder = told.find(({ status }) => status.holds_lease);
  const lastEvent = newest(told.map(({ status }) => status.last_event_at));
  const lastDelivery = newest(told.map(({ status }) => status.last_delivery_at));
  const waiting = told.flatMap(({ status }) => status.oldest_waiting_since ?? []).sort()[0];
  const details = (holder ?? told.find(({ status }) => status.details !== undefined))?.status.details;
  const traffic = sum(told.flatMap(({ status }) => status.traffic ?? []));
  return {
    ...stateOf(told),
    ...(holder && { lease_holder: holder.gateway }),
    ...(lastEvent !== undefined && { last_event_at: lastEvent }),
    ...(lastDelivery !== undefined && { last_delivery_at: lastDelivery }),
    ...(waiting !== undefined && {
      backlog_age_seconds: Math.max(0, Math.round((nowMs - Date.parse(waiting)) / 1000)),
    }),
    traffic,
    ...ratesOf(traffic),
    ...(details && { details }),
    gateways: told.map(gatewayOf).sort((a, b) => (a.gateway < b.gateway ? -1 : 1)),
  };
}

/** Degraded wherever it is; disabled only when it is so everywhere, as a change reaches one gateway after the other. */
function stateOf(told: readonly ToldStatus[]): Pick<LiveState, 'state' | 'reason'> {
  const bad = told.filter(({ status }) => status.state === 'degraded');
  const first = bad.find(({ status }) => status.holds_lease) ?? bad[0];
  if (first) {
    const reason = first.status.reason ?? 'It does not say why.';
    const isHolder = first.status.holds_lease === true;
    const some = bad.length < told.length && !isHolder ? ` (at ${bad.length} of ${told.length} gateways)` : '';
    return { state: 'degraded', reason: reason + some };
  }
  return { state: told.every(({ status }) => status.state === 'disabled') ? 'disabled' : 'ready' };
}

const newest = (times: readonly (string | undefined)[]) =>
  times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);

function sum(all: readonly Traffic[]): Traffic {
  const total = { ...noTraffic };
  for (const traffic of all) addTraffic(total, traffic);
  return total;
}

/** Adds to a sum. */
export function addTraffic(total: Traffic, traffic: Traffic): void {
  total.accepted += traffic.accepted;
  total.duplicate += traffic.duplicate;
  total.ignored += traffic.ignored;
  total.rejected += traffic.rejected;
  total.errors += traffic.errors;
  total.delivered += traffic.delivered;
  total.failed += traffic.failed;
}

function ratesOf(traffic: Traffic): Pick<LiveState, 'event_error_rate' | 'delivery_error_rate'> {
  const { accepted, duplicate, ignored, rejected, errors, delivered, failed } = traffic;
  const events = accepted + duplicate + ignored + rejected + errors;
  const calls = delivered + failed;
  return {
    ...(events > 0 && { event_error_rate: (rejected + errors) / events }),
    ...(calls > 0 && { delivery_error_rate: failed / calls }),
  };
}

function gatewayOf({ gateway, heardAt, status }: ToldStatus): LiveState['gateways'][number] {
  const { state, reason, config_fingerprint: config, secret_versions: versions } = status;
  return {
    gateway,
    state,
    ...(reason !== undefined && { reason }),
    ...(config !== undefined && { config_fingerprint: config }),
    ...(versions && { secret_versions: versions }),
    heard_at: new Date(heardAt).toISOString(),
  };
}
