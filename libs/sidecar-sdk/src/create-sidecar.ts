import { randomUUID } from 'node:crypto';
import { downloadAsset, uploadAsset, type UploadOptions } from './assets.ts';
import { leasedCredentials, type CredentialDeps } from './credentials.ts';
import { deliverOnce, type Deliver } from './deliver-once.ts';
import { memoryDeliveryStore, type DeliveryStore } from './delivery-store.ts';
import { readPlacement, type Environment, type GatewayOptions, type Placement } from './environment.ts';
import { gatewayClient } from './gateway-client.ts';
import {
  sidecarEventSchema,
  type EventResult,
  type NewEvent,
  type SidecarEvent,
  type UploadedAsset,
} from './ingress-contract.ts';
import { healthState, type SidecarHealth } from './health-state.ts';
import { jsonLog, type SidecarLog } from './log.ts';
import { limits, runtimeVersion } from './protocol.ts';
import { manifestSchema, type Asset, type Capabilities, type Health, type HealthStatus } from './runtime-contract.ts';
import { createRuntimeServer } from './runtime-server.ts';
import { drainOnce, runSidecar, startSidecar, type Lifecycle } from './run-sidecar.ts';
import { sendEvents } from './send-events.ts';
import { SidecarError } from './sidecar-error.ts';
import { createSubmitQueue, type SubmitQueueOptions } from './submit-queue.ts';

export interface SidecarOptions {
  /** The platform's name, as in the connector's configuration. Begins the instance id. */
  platform: string;
  capabilities?: Partial<Capabilities>;
  experimental?: boolean;
  deliver: Deliver;
  /** Connects to the platform once the endpoints answer. When it resolves the sidecar is ready, unless it set another status. */
  connect?(sidecar: Sidecar): Promise<void>;
  /** Leaves the platform: deliveries have ended; what it still submits is stored. */
  disconnect?(): Promise<void>;
  /** Asked at each health check instead of `setStatus`, except while the sidecar starts or drains. */
  health?(): SidecarHealth;
  /** Without it the reserved variables in `env` say it. */
  gateway?: GatewayOptions;
  /** Where the gateway calls; its port is listened on. Without it `env` says it. */
  baseUrl?: string;
  /** Where to listen if that is not the base URL's, behind a proxy for example. */
  listen?: { host?: string; port?: number };
  /** Variables, `process.env` as a rule. Nothing else of the environment is read. */
  env?: Environment;
  /** Remembers finished deliveries: the last 10,000 in memory unless given. */
  store?: DeliveryStore;
  log?: SidecarLog;
  submit?: Partial<SubmitQueueOptions>;
  /** How long a drain may take before what is left is given up; the gateway kills a child after 10 s. */
  drainWithinMs?: number;
}

export interface Sidecar {
  /** New at each start: how the gateway knows that this is another process. */
  readonly instanceId: string;
  readonly connector: string;
  readonly log: SidecarLog;
  /** Listens, then connects. Rejects if either fails. */
  start(): Promise<void>;
  /** `start`, then serves until SIGTERM or SIGINT, drains, and ends the process: 0, or 1 if an event was lost. */
  run(): Promise<never>;
  setStatus(status: Exclude<HealthStatus, 'draining'>, detail?: string): void;
  /** Resolves when the gateway has the event, however long it is away; `rejected` is final. Order within a thread is kept. */
  submit(event: NewEvent): Promise<EventResult>;
  /** A secret by its name in credential_slots; ask each time, it may change. Without a credential token: the variable of that name. */
  credential(envKey: string): Promise<string>;
  /** The bytes of a file of a delivery, checked. `maxBytes` is 50 MiB unless given. */
  downloadAsset(asset: Asset, options?: { maxBytes?: number }): Promise<Uint8Array>;
  uploadAsset(bytes: Uint8Array, options: UploadOptions): Promise<UploadedAsset>;
  /** Takes no more deliveries, ends those under way, disconnects, flushes, closes. Says how many events were lost. */
  drain(): Promise<{ lost: number }>;
}

const firstBackoffMs = 500;
const submitDefaults: SubmitQueueOptions = { batchWithinMs: 20, maxQueued: 1_000, concurrency: 4, firstBackoffMs };

/** A process that connects one platform: serves the runtime contract, speaks the ingress contract. Nothing happens before `start`. */
export function createSidecar(options: SidecarOptions): Sidecar {
  const { platform, env = {}, log = jsonLog((line) => void process.stderr.write(`${line}\n`)) } = options;
  const placement = readPlacement(env, options);
  const now = () => Date.now();
  const { random } = Math;
  const instanceId = `${platform}-${randomUUID()}`;
  const gateway = gatewayClient(placement.gateway, now);
  const queue = createSubmitQueue({ ...submitDefaults, ...options.submit }, { send: sendEvents(gateway), now, random });
  const deliveries = deliverOnce({ deliver: options.deliver, store: options.store ?? memoryDeliveryStore(), log });
  const state = healthState(options.health);
  const { capabilities, experimental } = options;
  const server = createRuntimeServer(placement.baseUrl.pathname.replace(/\/+$/, ''), {
    token: placement.gateway.token,
    manifest: manifestSchema.parse({
      protocol_version: runtimeVersion,
      instance_id: instanceId,
      capabilities,
      experimental,
    }),
    health: (): Health => ({
      protocol_version: runtimeVersion,
      instance_id: instanceId,

      ...state.now(),
    }),
    deliveries,
    log,
  });
  const lifecycle: Lifecycle = { options, placement, server, state, deliveries, queue, log };
  const assetDeps = { gateway, firstBackoffMs, random };

  const sidecar: Sidecar = {
    instanceId,
    connector: placement.gateway.connector,
    log,
    start: () => startSidecar(sidecar, lifecycle),
    run: () => runSidecar(sidecar, lifecycle),
    setStatus: (status, detail) => state.set({ status, detail }),
    submit: async (event) => queue.submit(checkedEvent({ ...event, instance_id: instanceId })),
    credential: credentialsOf(placement, env, { gateway, firstBackoffMs, now, random }),
    downloadAsset: (asset, { maxBytes = limits.assetBytes } = {}) => downloadAsset(asset, { maxBytes }, assetDeps),
    uploadAsset: (bytes, upload) => uploadAsset(bytes, upload, assetDeps),
    drain: drainOnce(lifecycle),
  };
  return sidecar;
}

/** Leases where there is a token to lease with; else the variable of that name, for a sidecar that was started by hand. */
function credentialsOf(
  placement: Placement,
  env: Environment,
  deps: Omit<CredentialDeps, 'token'>,
): Sidecar['credential'] {
  const token = placement.credentialToken;
  if (token !== undefined) return leasedCredentials({ ...deps, token });
  return async (envKey) => {
    const value = env[envKey];
    if (value) return value;
    throw new SidecarError('CREDENTIAL_REFUSED', `${envKey} is not set, and there is no token to lease it with.`);
  };
}

function checkedEvent(event: NewEvent & { instance_id: string }): SidecarEvent {
  const parsed = sidecarEventSchema.safeParse(event);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'event'}: ${message}`);
  throw new SidecarError('EVENT_INVALID', `Not an event: ${faults.join('; ')}.`, { terminal: true });
}
