import type { Bus } from '@trunkline/bus';
import type { Deliverer, Step, StepOutcome } from '@trunkline/deliveries';
import type { Delivery } from '@trunkline/events';
import type { GuardedFetch } from '@trunkline/gateway-kit';
import { redact } from '@trunkline/secrets';
import { runtimeVersion } from '@trunkline/sidecar-sdk';
import type { ExternalConnectors, ExternalEntry } from './access.ts';
import type { CallSidecar } from './call-sidecar.ts';
import { attachmentsOf, filesInWords, readFiles, type FilesRead } from './delivery-files.ts';
import { externalOutcome } from './external-errors.ts';
import type { Relay, RelayedStep } from './relay.ts';
import { isSayable, renderDelivery } from './render.ts';
import type { SidecarRecords } from './start-sidecars.ts';

/** How long a sidecar may take to answer (spec 4.3). */
export const answerMs = 15_000;

export interface DeliverDeps {
  connectors: ExternalConnectors;
  call: CallSidecar;
  /** Gets files that outputs name by URL. */
  fetch: GuardedFetch;
  bus: Pick<Bus, 'objects'>;
  sidecars: SidecarRecords;
  /** This replica's name among those that may run a child. */
  instance: string;
  now: () => number;
}

/** Delivers outputs to sidecars, one request each. A repeat bears the same delivery id, so that the sidecar can tell. */
export function createExternalDeliverer(deps: DeliverDeps & { relay: Pick<Relay, 'ask'> }): Deliverer<Step> {
  return {
    // A status alone is no news once it is late, and this protocol cannot show one.
    plan: ({ output }) => (isStatusOnly(output) ? [] : [{ index: 0 }]),
    async deliverStep(_step, { delivery, attempt, idempotencyKey, traceparent, signal }) {
      const step = { delivery, attempt, deliveryId: idempotencyKey, ...(traceparent !== undefined && { traceparent }) };
      const found = entryOf(delivery, deps);
      if (!found.ok) return found.outcome;
      if (!isSayable(delivery)) return nothingToSay;
      if (found.entry.config.mode === 'remote_http') return post(step, { entry: found.entry, signal }, deps);
      const gateway = (await deps.sidecars.record(found.entry.name))?.gateway;
      if (gateway === undefined) return notRunning;
      if (gateway === deps.instance) return post(step, { entry: found.entry, signal }, deps);
      return deps.relay.ask(gateway, step, signal);
    },
  };
}

/** Tries a step that another replica handed over, because the child runs here. */
export async function deliverRelayed(step: RelayedStep, deps: DeliverDeps): Promise<StepOutcome> {
  const found = entryOf(step.delivery, deps);
  if (!found.ok) return found.outcome;
  const record = await deps.sidecars.record(found.entry.name);
  return record?.gateway === deps.instance ? post(step, { entry: found.entry }, deps) : notRunning;
}

const isStatusOnly = (output: Delivery['output']) =>
  output.status !== undefined &&
  !isSayable({ output }) &&
  output.reaction === undefined &&
  output.delete_of === undefined;

async function post(
  step: RelayedStep,
  { entry, signal }: { entry: ExternalEntry; signal?: AbortSignal },
  deps: DeliverDeps,
): Promise<StepOutcome> {
  const files = await filesFor(step.delivery, entry, deps);
  if (!files.ok) return { outcome: 'retry', code: 'file_unavailable', reason: files.reason };
  const { deliveryId, attempt, traceparent } = step;
  const body = JSON.stringify(renderDelivery(step.delivery, { deliveryId, attempt, files: files.files }));
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': deliveryId,
    'x-external-protocol-version': String(runtimeVersion),
    ...(traceparent !== undefined && { traceparent }),
  };
  const request = { path: '/deliver', headers, body, timeoutMs: answerMs, ...(signal && { signal }) } as const;
  const result = await deps.call(entry, request);
  const mask = (text: string) => redact(text, Object.values(entry.secrets).flat());
  return externalOutcome(result, { now: deps.now(), mask });
}

/** A sidecar whose manifest says that it takes no files gets words in their place. */
async function filesFor(delivery: Delivery, { name }: ExternalEntry, deps: DeliverDeps): Promise<FilesRead> {
  if (attachmentsOf(delivery).length === 0) return { ok: true, files: [] };
  const manifest = (await deps.sidecars.record(name))?.manifest;
  if (manifest?.capabilities.attachments_out === false) return { ok: true, files: filesInWords(delivery) };
  return readFiles(delivery, deps);
}

type Found = { ok: true; entry: ExternalEntry } | { ok: false; outcome: StepOutcome };

function entryOf({ target }: Delivery, { connectors }: Pick<DeliverDeps, 'connectors'>): Found {
  if (target.type !== 'external') {
    const reason = `A target of type ${target.type} came to the external gateway.`;
    return { ok: false, outcome: { outcome: 'refused', code: 'target_of_other_kind', reason } };
  }
  const entry = connectors.get(target.connector);
  return entry?.state === 'ready' ? { ok: true, entry } : { ok: false, outcome: connectorAway };
}

const connectorAway: StepOutcome = {
  outcome: 'retry',
  code: 'connector_unavailable',
  reason: 'The connector of the target cannot be used now.',
};
const notRunning: StepOutcome = {
  outcome: 'retry',
  code: 'sidecar_not_running',
  reason: 'The child process of this connector runs nowhere at the moment.',
};
const nothingToSay: StepOutcome = {
  outcome: 'refused',
  code: 'not_in_protocol',
  reason: 'The external protocol carries text and files; this output has neither (a reaction or a deletion).',
};
