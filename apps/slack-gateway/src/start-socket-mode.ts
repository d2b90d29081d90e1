import { runLeased, type Bus, type PlatformLease } from '@trunkline/bus';
import type { SlackConnector } from '@trunkline/config';
import type { ConnectorDescription, GuardedFetch, StatusNotes } from '@trunkline/gateway-kit';
import type { Inventory, ReadyEntry } from '@trunkline/inventory';
import { validSecrets, type Secret } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import {
  createSocketMode,
  socketModeTiming,
  type SocketMode,
  type SocketModeTiming,
  type SocketState,
} from './socket-mode.ts';
import { openSocketUrl, type SocketUrl } from './socket-url.ts';
import { takeEnvelope, type TakeEnvelopeDeps } from './take-envelope.ts';

export interface SocketModeParts {
  bus: Bus;
  inventory: Pick<Inventory, 'get' | 'list' | 'onChange'>;
  fetch: GuardedFetch;
  take: TakeEnvelopeDeps;
  status: Pick<StatusNotes, 'describe'>;
  timing?: SocketModeTiming;
}

/** Holds the Socket Mode connections of the connectors that want them, each set on one replica, until the service stops. */
export async function startSocketMode(service: Service, parts: SocketModeParts): Promise<void> {
  const modes = new Map<string, SocketMode>();
  const run = async (name: string, lease: PlatformLease) => {
    const labels = { kind: 'slack', connector: name };
    const forget = service.telemetry.metrics.watch('leases_owned', labels, () => 1);
    await runConnector({ name, lease, modes }, parts).finally(forget);
  };
  const leased = await runLeased({ group: 'slack', worker: service.instanceId, run }, parts.bus);
  service.onStop(() => leased.drain());

  const wanted = () => parts.inventory.list('slack').filter(isInSocketMode);
  leased.want(wanted().map(({ name }) => name));
  service.onStop(parts.inventory.onChange(() => leased.want(wanted().map(({ name }) => name))));

  service.ready('socket_mode', () => ({
    ready: true,
    connectors: Object.fromEntries([...modes].map(([name, mode]) => [name, mode.state()])),
  }));
}

type Entries = ReturnType<Inventory['list']>;
const isInSocketMode = (entry: Entries[number]) =>
  entry.state === 'ready' && entry.config.kind === 'slack' && entry.config.ingress_mode === 'socket_mode';

interface Tenure {
  name: string;
  lease: PlatformLease;
  modes: Map<string, SocketMode>;
}

/** Serves one connector for as long as the lease lasts. Other settings than these two are read anew for each envelope. */
async function runConnector({ name, lease, modes }: Tenure, parts: SocketModeParts): Promise<void> {
  const { inventory, status, timing = socketModeTiming } = parts;
  const over = AbortSignal.any([lease.lost, lease.draining]);
  while (!over.aborted) {
    const access = accessOf(inventory, name);
    const changed = new AbortController();
    const stopListening = inventory.onChange(() => {
      if (!sameAccess(accessOf(inventory, name), access)) changed.abort();
    });
    const mode = createSocketMode({
      openUrl: () => openUrl({ access, lease }, parts),
      take: (envelope) => takeEnvelope(name, envelope, parts.take),
      onState: (state) => status.describe(name, describe(state)),
      random: Math.random,
      timing,
      log: parts.bus.log,
    });
    modes.set(name, mode);
    await mode
      .run({ stop: AbortSignal.any([lease.draining, changed.signal]), lost: lease.lost })
      .finally(stopListening);
  }
  modes.delete(name);
  status.describe(name, undefined);
}

/** With one connection of two events still come. */
function describe({ connected, problem }: SocketState): ConnectorDescription {
  return {
    holdsLease: true,
    details: { sockets: connected, ...(problem !== undefined && { socket_problem: problem }) },
    problem:
      connected === 0 && problem !== undefined
        ? `Socket Mode cannot connect (${problem}). Test the connector to see the remedy.`
        : undefined,
  };
}

interface Access {
  baseUrl: string;
  token: Secret;
}

function accessOf(inventory: SocketModeParts['inventory'], name: string): Access | undefined {
  const entry = inventory.get('slack', name);
  if (entry?.state !== 'ready') return undefined;
  const [token] = appTokens(entry);
  return token && { baseUrl: entry.config.api_base_url, token };
}

const appTokens = ({ secrets }: ReadyEntry<SlackConnector>) => validSecrets(secrets['app_token'] ?? [], Date.now());

const sameAccess = (a: Access | undefined, b: Access | undefined) =>
  a?.baseUrl === b?.baseUrl && a?.token.expose() === b?.token.expose();

async function openUrl(
  { access, lease }: { access: Access | undefined; lease: PlatformLease },
  { fetch }: SocketModeParts,
): Promise<SocketUrl> {
  if (!access) return { ok: false, error: 'app_token_missing', fatal: true, retryAfterMs: undefined };
  if (!lease.stillOwner()) return { ok: false, error: 'lease_uncertain', fatal: false, retryAfterMs: undefined };
  return openSocketUrl(access, fetch);
}
