import { runLeased, type Bus, type PlatformLease } from '@trunkline/bus';
import type { ConnectorDescription, ReadLog, StatusNotes } from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import { redact, validSecrets } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { sharedTokens, type ExternalEntry } from './access.ts';
import { createCallSidecar } from './call-sidecar.ts';
import type { Grant } from '@trunkline/events';
import { readSidecar, writeSidecar, type SidecarRecord, type SidecarState } from './sidecar-record.ts';
import { createSidecarProbe } from './sidecar-probe.ts';
import { createSidecarLines, type SidecarLines } from './sidecar-lines.ts';
import { sidecarTimes, type SidecarTimes } from './sidecar-times.ts';
import { stateOf, superviseChild, type SuperviseDeps, type Tenure } from './supervise-child.ts';
import { pause } from './watch-health.ts';

export interface SidecarParts {
  bus: Bus;
  inventory: Pick<Inventory, 'get' | 'list' | 'onChange'>;
  /** Where children reach this gateway. */
  gatewayUrl: string;
  /** What children may inherit some of. */
  env: NodeJS.ProcessEnv;
  status: Pick<StatusNotes, 'describe'>;
  times?: SidecarTimes;
}

/** What is known of the sidecars, here or at whichever replica looks after them. */
export interface SidecarRecords {
  record(connector: string): Promise<SidecarRecord | undefined>;
}

/** The sidecars that are looked after here, and what is known of all. */
export interface Sidecars extends SidecarRecords {
  /** The last lines of a child. */
  log: ReadLog;
}

/** Looks after every sidecar, each on one replica: asks for its health, and runs it where it is a child process. */
export async function startSidecars(service: Service, parts: SidecarParts): Promise<Sidecars> {
  const { bus, inventory, status } = parts;
  const own = new Map<string, SidecarRecord>();
  const lines = createSidecarLines({ now: Date.now });
  const call = createCallSidecar({ now: Date.now });
  service.onStop(() => call.close());
  const run = async (name: string, lease: PlatformLease) => {
    const labels = { kind: 'external', connector: name };
    const { metrics } = service.telemetry;
    const forget = metrics.watch('leases_owned', labels, () => 1);
    const forgetUp = metrics.watch('sidecar_up', { connector: name }, () => (isUp(own.get(name)) ? 1 : 0));
    await lookAfter(name, lease, { ...parts, call, own, lines, service }).finally(() => {
      forget();
      forgetUp();
      own.delete(name);
      lines.forget(name);
      status.describe(name, undefined);
    });
  };
  const leased = await runLeased({ group: 'external', worker: service.instanceId, run }, bus);
  // Children stop while deliveries end, not after: both may take long, and a process has 20 s to stop.
  let drained: Promise<void> | undefined;
  const drain = () => (drained ??= leased.drain());
  service.stopping.addEventListener('abort', () => void drain().catch(() => {}));
  service.onStop(drain);

  const ready = () => inventory.list('external').filter(({ state }) => state === 'ready');
  const want = () => leased.want(ready().map(({ name }) => name));
  want();
  service.onStop(inventory.onChange(want));
  service.ready('sidecars', () => ({ ready: true, sidecars: Object.fromEntries(own) }));
  const record = async (name: string) => own.get(name) ?? (await readSidecar(name, bus));
  return {
    record,
    async log(name) {
      const known = await record(name);
      const elsewhere = known && known.status !== 'stopped' && known.gateway !== service.instanceId;
      return elsewhere ? { askGateway: known.gateway } : lines.of(name);
    },
  };
}

const isUp = (record: SidecarRecord | undefined) => record?.status === 'ready' || record?.status === 'degraded';

interface LookAfterDeps extends SidecarParts {
  call: SuperviseDeps['call'];
  own: Map<string, SidecarRecord>;
  lines: SidecarLines;
  service: Pick<Service, 'instanceId' | 'log'>;
}

/** Serves one connector for as long as the lease lasts; a change of what matters to its sidecar begins anew. */
async function lookAfter(name: string, lease: PlatformLease, deps: LookAfterDeps): Promise<void> {
  const { bus, inventory, times = sidecarTimes, service } = deps;
  const over = AbortSignal.any([lease.lost, lease.draining]);
  const before = await readSidecar(name, bus);
  const diedIn =
    before?.mode === 'child_process' && before.status !== 'stopped' && before.gateway !== service.instanceId;
  // Whoever had it may have been stopped, not killed: its watchdog needs this long to be sure of it.
  if (diedIn) await pause(times.marginMs, over);
  while (!over.aborted) {
    const entry = inventory.get('external', name);
    if (entry?.state !== 'ready') break;
    const changed = new AbortController();
    const traits = traitsOf(entry);
    const stopListening = inventory.onChange(() => {
      const next = inventory.get('external', name);
      if (next?.state === 'ready' && traitsOf(next) !== traits) changed.abort();
    });
    const ending = AbortSignal.any([lease.draining, changed.signal]);
    const tenure: Tenure = { ...lease, ending };
    const report = createReport(entry, lease, deps);
    try {
      if (entry.config.mode === 'remote_http')
        await watchRemote(entry, { over: AbortSignal.any([lease.lost, ending]), report }, deps);
      else await superviseChild(entry, tenure, superviseDeps(name, report, { ...deps, times }));
      await report({ status: 'stopped' });
    } finally {
      stopListening();
    }
  }
  // Not wanted any more, which the lease is about to say.
  if (!over.aborted) await pause(times.healthEveryMs, over);
}

/** What a child has to be started again for, and a remote sidecar to be asked anew. */
function traitsOf(entry: ExternalEntry): string {
  const { base_url, mode, platform, child_process, allow_private_network } = entry.config;
  const [shared] = validSecrets(sharedTokens(entry) ?? [], Date.now());
  const slots = Object.entries(entry.secrets)
    .filter(([field]) => field.startsWith('credential_slots.'))
    .map(([field, values]) => [field, validSecrets(values, Date.now())[0]?.expose()]);
  return JSON.stringify([base_url, mode, platform, child_process, allow_private_network, shared?.expose(), slots]);
}

function superviseDeps(name: string, report: Report, deps: LookAfterDeps & { times: SidecarTimes }): SuperviseDeps {
  const { call, bus, gatewayUrl, env, times, lines, service } = deps;
  const grants = bus.bucket<Grant>('grants');
  const clock = { now: Date.now, random: Math.random };
  const heard: SuperviseDeps['heard'] = (from, line) => lines.add(name, from, line);
  const { log } = service;
  return { call, grants, gatewayUrl, env, times, ...clock, log, heard, report: (state) => void report(state) };
}

type Report = (state: SidecarState) => Promise<void>;

const longestReason = 500;

/** Says how a sidecar is: here, and on the bus for everybody, in the order in which it was said. */
function createReport(
  entry: ExternalEntry,
  lease: PlatformLease,
  { bus, own, lines, service, status }: LookAfterDeps,
): Report {
  const { name, config, secrets } = entry;
  let writing = Promise.resolve();
  return (state) => {
    const at = new Date().toISOString();
    const reason = state.reason && redact(state.reason, Object.values(secrets).flat()).slice(0, longestReason);
    const { instanceId: gateway, log } = service;
    const record: SidecarRecord = { v: 1, mode: config.mode, gateway, at, ...state, ...(reason && { reason }) };
    const before = own.get(name);
    if (before?.status !== state.status || before.code !== state.code) {
      log.info({ connector: name, status: state.status, code: state.code, reason }, 'sidecar.state');
      if (config.mode === 'child_process') lines.add(name, 'gateway', `The sidecar is ${saidOf(state.status, reason)}`);
    }
    own.set(name, record);
    status.describe(name, descriptionOf(record));
    writing = writing
      .then(() => (lease.stillOwner() ? writeSidecar(name, record, bus) : undefined))
      .catch((err: unknown) => log.warn({ connector: name, err }, 'sidecar.state-not-kept'));
    return writing;
  };
}

const saidOf = (status: SidecarState['status'], reason: string | undefined) =>
  reason === undefined ? `${status}.` : `${status}: ${reason}`;

function descriptionOf(record: SidecarRecord): ConnectorDescription {
  const { status, reason, code, manifest, pid, failures } = record;
  const well = status === 'ready' || status === 'stopped';
  return {
    holdsLease: true,
    problem: well ? undefined : `The sidecar is ${status}: ${reason ?? code ?? 'it does not say why.'}`,
    details: { sidecar: { status, code, reason, manifest, pid, failures } },
  };
}

async function watchRemote(
  entry: ExternalEntry,
  { over, report }: { over: AbortSignal; report: Report },
  { call, inventory, times = sidecarTimes }: LookAfterDeps,
): Promise<void> {
  // The newest entry is asked each time: a rotated token changes it without changing what is watched.
  const current = () => {
    const found = inventory.get('external', entry.name);
    return found?.state === 'ready' ? found : entry;
  };
  const probe = createSidecarProbe(current, {
    ...{ call, now: Date.now },
    timeoutMs: times.probeMs,
    manifestMs: times.manifestMs,
  });
  while (!over.aborted) {
    const probed = await probe(over);
    if (over.aborted) return;
    await report(stateOf(probed));
    await pause(times.healthEveryMs * (0.8 + Math.random() * 0.4), over);
  }
}
