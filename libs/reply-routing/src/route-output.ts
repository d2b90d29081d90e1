import { appendLedger, busHeaders, type Bus, type ConnectorId, type StoredMessage } from '@trunkline/bus';
import { enqueueDelivery, type Allowed } from '@trunkline/deliveries';
import {
  deliveryIdOf,
  readOutput,
  targetConnector,
  targetKey,
  type ConnectorRef,
  type Delivery,
  type Output,
  type ReplyHandle,
} from '@trunkline/events';
import { OutputRecordUnclearError, OutputVersionUnknownError } from './errors.ts';
import { createOutputRecord, outputDigest, outputKey, type OutputRecord } from './output-record.ts';
import { targetsOf, type TargetOrigin, type TargetSources, type UndeliverableCode } from './targets-of.ts';

const hourMs = 3_600_000;
const livesForMs = 24 * hourMs;
// DELIVERIES keeps 7 days: a delivery has to expire, visibly, before its message goes.
const livesAtMostMs = 6 * 24 * hourMs;
// A message may have 1 MiB with its headers; a delivery adds its target and times to the output.
const mostOutputBytes = 1_000_000;
const problemsKept = 10;

export interface RouteOutputDeps extends TargetSources {
  bus: Pick<Bus, 'append' | 'bucket' | 'names'>;
  /** The connector's allowlists; asked again when it is delivered. */
  allowed(target: ReplyHandle): Allowed;
  now(): number;
}

/** Why an output became a dead letter. */
export type DeadOutputCode =
  | UndeliverableCode
  | 'output_invalid'
  | 'output_too_large'
  | 'output_conflict'
  | 'session_mismatch'
  | 'target_not_allowed';

export interface RoutedDelivery {
  delivery_id: string;
  connector: ConnectorRef;
}

/**
 * What became of an output.
 *
 * - `routed`: each target has its delivery; `repeated` after a crash, when that may have been so before.
 * - `local`: nobody is to be told. - `transient`: a streaming delta or a status, which is shown live or not at all.
 * - `duplicate`: said before with the same id and content. - `dead`: in the ledger, with the reason.
 */
export type RoutedOutput =
  | {
      outcome: 'routed';
      deliveries: RoutedDelivery[];
      origin: TargetOrigin | 'record';
      refused: number;
      repeated: boolean;
    }
  | { outcome: 'local' }
  | { outcome: 'transient' }
  | { outcome: 'duplicate'; ofSeq: number }
  | { outcome: 'dead'; code: DeadOutputCode; detail: string };

interface Routing {
  output: Output;
  message: StoredMessage;
  traceparent: string | undefined;
  createdMs: number;
  expiresMs: number;
}

/**
 * Turns a message of OUTPUTS into deliveries, or into a dead letter that says why not.
 *
 * Call it for one message of a session at a time, in order. It may be repeated after a crash at any point. Throws when the bus does
 * not answer, and for an output of a newer version. `traceparent` is what its deliveries continue.
 */
export async function routeOutput(
  message: StoredMessage,
  deps: RouteOutputDeps,
  traceparent?: string,
): Promise<RoutedOutput> {
  const read = readOutput(message.json());
  if (!read.ok && read.reason === 'unknown_version') throw new OutputVersionUnknownError(message.subject, message.seq);
  if (!read.ok)
    return bury({ message }, { code: 'output_invalid', detail: read.problems.slice(0, problemsKept).join('; ') }, deps);
  const output = read.value;
  const createdMs = message.time.getTime();
  const routing: Routing = { output, message, traceparent, createdMs, expiresMs: expiryOf(output, createdMs) };

  if (message.subject !== deps.bus.names.output(output.session_id)) {
    return bury(
      routing,
      { code: 'session_mismatch', detail: 'The subject belongs to another session than session_id.' },
      deps,
    );
  }
  if (isTransient(output)) return { outcome: 'transient' };
  if (message.payload.byteLength > mostOutputBytes) {
    const detail = `The output has ${message.payload.byteLength} bytes, the most is ${mostOutputBytes}: send attachments as assets.`;
    return bury(routing, { code: 'output_too_large', detail }, deps);
  }
  return (await routeKnown(routing, deps)) ?? routeNew(routing, deps);
}

/** Deltas and bare statuses are not kept: they belong on the live subject, and mean nothing once they are late. */
function isTransient({ stream, status, content, parts, delete_of, reaction }: Output): boolean {
  if (stream && stream.state !== 'close') return true;
  return status !== undefined && [content, parts, delete_of, reaction, stream].every((said) => said === undefined);
}

function expiryOf(output: Output, createdMs: number): number {
  const wished = output.expires_at === undefined ? createdMs + livesForMs : Date.parse(output.expires_at);
  return Math.min(wished, createdMs + livesAtMostMs);
}

/** For an output id that was seen before: the same message again, a duplicate or a conflict. */
async function routeKnown(routing: Routing, deps: RouteOutputDeps): Promise<RoutedOutput | undefined> {
  const { output, message } = routing;
  const known = await deps.bus.bucket<OutputRecord>('progress').get(outputKey(output));
  if (!known) return undefined;
  const { digest, seq, targets } = known.value;
  if (digest !== outputDigest(output)) {
    const detail = `The output_id was used before with other content (OUTPUTS sequence ${seq}).`;
    return bury(routing, { code: 'output_conflict', detail }, deps);
  }
  if (seq !== message.seq) return { outcome: 'duplicate', ofSeq: seq };
  return enqueue(routing, { targets, origin: 'record', refused: 0 }, deps);
}

async function routeNew(routing: Routing, deps: RouteOutputDeps): Promise<RoutedOutput> {
  const { output, message, expiresMs } = routing;
  const found = await targetsOf(output, deps);
  if (found.outcome === 'dead') return bury(routing, found, deps);
  const wanted = found.outcome === 'targets' ? found.targets : [];
  const refusals = wanted.flatMap((target) => {
    const answer = deps.allowed(target);
    return answer.allowed ? [] : [{ target, detail: answer.reason }];
  });
  for (const refusal of refusals) await noteDead(routing, { code: 'target_not_allowed', ...refusal }, deps);
  const targets = wanted.filter((target) => !refusals.some((refusal) => refusal.target === target));
  if (wanted.length > 0 && targets.length === 0) {
    return { outcome: 'dead', code: 'target_not_allowed', detail: refusals.map(({ detail }) => detail).join(' ') };
  }

  const key = outputKey(output);
  const record: OutputRecord = { v: 1, digest: outputDigest(output), seq: message.seq, targets };
  const bucket = deps.bus.bucket<OutputRecord>('progress');
  const created = await createOutputRecord({ key, record, expiresMs }, { bucket, now: deps.now() });
  if (created === undefined) {
    const known = await routeKnown(routing, deps);
    if (!known) throw new OutputRecordUnclearError(key);
    return known;
  }
  if (found.outcome === 'local') return { outcome: 'local' };
  return enqueue(routing, { targets, origin: found.origin, refused: refusals.length }, deps);
}

async function enqueue(
  routing: Routing,
  to: { targets: ReplyHandle[]; origin: TargetOrigin | 'record'; refused: number },
  { bus }: RouteOutputDeps,
): Promise<RoutedOutput> {
  const { targets, ...how } = to;
  if (targets.length === 0) return { outcome: 'local' };
  const { traceparent } = routing;
  const deliveries: RoutedDelivery[] = [];
  for (const target of targets) {
    const delivery = deliveryTo(target, routing);
    await enqueueDelivery(delivery, {
      bus,
      ...(traceparent !== undefined && { headers: { [busHeaders.traceparent]: traceparent } }),
    });
    deliveries.push({ delivery_id: delivery.delivery_id, connector: targetConnector(target) });
  }
  return { outcome: 'routed', deliveries, ...how, repeated: how.origin === 'record' };
}

/** Times come from the stored message, so that a repetition makes the same delivery. The handle is a key to the conversation: it stays here. */
function deliveryTo(target: ReplyHandle, { output, createdMs, expiresMs }: Routing): Delivery {
  const { session_id, output_id, turn_id } = output;
  return {
    v: 1,
    delivery_id: deliveryIdOf(session_id, output_id, targetKey(target)),
    output_id,
    session_id,
    ...(turn_id !== undefined && { turn_id }),
    target,
    output: { ...output, reply_handle: undefined, reply_targets: undefined },
    created_at: new Date(createdMs).toISOString(),
    expires_at: new Date(expiresMs).toISOString(),
  };
}

interface Death {
  code: DeadOutputCode;
  detail: string;
  /** Only this target is dead. */
  target?: ReplyHandle;
}

type Buried = Pick<Routing, 'message'> & Partial<Pick<Routing, 'output'>>;

async function bury(letter: Buried, death: Death, deps: RouteOutputDeps): Promise<RoutedOutput> {
  await noteDead(letter, death, deps);
  return { outcome: 'dead', code: death.code, detail: death.detail };
}

const nobody: ConnectorId = { kind: '_', name: '_' };

/** The output itself stays in OUTPUTS at `seq`; the ledger never holds its text. */
async function noteDead(
  { message, output }: Buried,
  { code, detail, target }: Death,
  { bus }: RouteOutputDeps,
): Promise<void> {
  const { subject, seq } = message;
  const data = {
    v: 1,
    type: 'output',
    output_id: output?.output_id,
    session_id: output?.session_id,
    turn_id: output?.turn_id,
    target,
    reason: { code, detail },
    subject,
    seq,
  };
  const connector = target ? targetConnector(target) : nobody;
  const id =
    target && output ? deliveryIdOf(output.session_id, output.output_id, targetKey(target)) : `${subject}@${seq}`;
  await appendLedger({ what: 'dead', connector, id, data }, bus);
}
