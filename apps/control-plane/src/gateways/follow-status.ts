/**
 * How connectors are now, kept in memory from what gateways tell on the bus (libs/gateway-kit, report-status.ts).
 *
 *     const status = followStatus({ bus, log });             // once for each process
 *     status.of({ kind: 'slack', name: 'team' })             // LiveState of libs/control-api, made when asked: cheap, never waits
 *     status.gateways('slack')                               // the gateways of a kind that run
 *     status.onChange((ref) => ...)                          // something of this connector is news; returns what ends it
 *     service.onStop(() => status.stop())
 *
 * `of` never fails: a connector that no gateway tells of is `unknown`, with the reason. Whether a change is live everywhere: compare
 * each `gateways[].config_fingerprint` with `configFingerprint(config)` of libs/inventory.
 */
import type { Bus, BusLog } from '@trunkline/bus';
import type { LiveState } from '@trunkline/control-api';
import { readStatusReport, type ConnectorKind, type ConnectorRef, type TrafficSlot } from '@trunkline/events';
import { mergeStatus, noTraffic } from './merge-status.ts';
import { startOne } from './start-one.ts';
import { ToldStatuses, type LiveGateway } from './told-statuses.ts';
import { ToldTraffic } from './told-traffic.ts';

export interface FollowStatusDeps {
  bus: Pick<Bus, 'subscribe' | 'publish' | 'names' | 'onState'>;
  log: BusLog;
  now?: () => number;
  /** Milliseconds that never jump back. */
  monotonic?: () => number;
  timing?: Partial<typeof usualTiming>;
}

const usualTiming = {
  /** A gateway that is silent for this long is gone. */
  silentMs: 15_000,
  lookEveryMs: 1_000,
  /** Between two requests to the same gateway to tell everything. */
  askAgainMs: 1_000,
};

export interface FollowedStatus {
  of(connector: ConnectorRef): LiveState;
  gateways(kind?: ConnectorKind): LiveGateway[];
  /** What happened in the last hour, in slots of each gateway; those that ended since are among them. */
  traffic(): TrafficSlot[];
  onChange(listener: (connector: ConnectorRef) => void): () => void;
  stop(): void;
}

/** Begins to follow: asks all gateways for all they know, and hears of changes from then on. */
export function followStatus(deps: FollowStatusDeps): FollowedStatus {
  const { bus, log, now = Date.now, monotonic = () => performance.now() } = deps;
  const timing = { ...usualTiming, ...deps.timing };
  const listeners = new Set<(connector: ConnectorRef) => void>();
  const announce = (connector: ConnectorRef) => listeners.forEach((listener) => listener(connector));
  const ask = (gateway?: string) =>
    bus.publish(bus.names.statusWanted, JSON.stringify({ v: 1, ...(gateway !== undefined && { gateway }) }));
  const told = new ToldStatuses({ ...timing, now, monotonic, announce, ask });
  const traffic = new ToldTraffic(now);

  const subscription = bus.subscribe(bus.names.allStatus, (message) => {
    const read = readStatusReport(message.json());
    if (read.ok) {
      told.hear(read.value);
      traffic.hear(read.value);
    } else log.warn({ problems: read.problems.slice(0, 3) }, 'status.unreadable');
  });
  const timer = setInterval(() => {
    for (const { kind, gateway } of told.dropSilent()) log.warn({ kind, gateway }, 'gateway.silent');
    traffic.forgetOld();
  }, timing.lookEveryMs).unref();
  const unhook = bus.onState((state) => state === 'connected' && told.askAll());
  told.askAll();

  return {
    of: ({ kind, name }) => liveState({ kind, name }, told, now()),
    gateways: (kind) => told.gateways(kind),
    traffic: () => traffic.slots(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      clearInterval(timer);
      unhook();
      subscription.stop();
      listeners.clear();
    },
  };
}

function liveState({ kind, name }: ConnectorRef, all: ToldStatuses, nowMs: number): LiveState {
  const told = all.of({ kind, name });
  if (told.length > 0) return mergeStatus(told, nowMs);
  const reason =
    all.gateways(kind).length > 0 ? notTold(kind) : `No ${kind} gateway runs. ${startOne(`${kind}-gateway`)}`;
  return { state: 'unknown', reason, traffic: noTraffic, gateways: [] };
}

const notTold = (kind: string) =>
  `The ${kind} gateways that run do not know it (yet): they take what is new within 2 s. Check that they read the same connectors file and use the same bus prefix.`;
