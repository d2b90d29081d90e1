import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, EventDelivery, FailureReason } from './delivery.ts';
import type { ApiFault, EventFault, FaultCall } from './faults.ts';
import type { Json } from './json.ts';
import { postSigned } from './post-signed.ts';
import type { SocketAnswer, SocketEnvelope } from './socket-mode.ts';
import type { FakeApp, World } from './world.ts';

/** How patient Slack is. */
export interface DeliverySettings {
  /** Answers and acknowledgements after this time count as failed: 3 s at Slack. */
  ackTimeoutMs: number;
  /** Pauses before the retries of an event: 0, 1 min, 5 min at Slack. */
  retryDelaysMs: readonly number[];
}

/** What deliveries go out through. */
export interface DeliverDeps {
  world: World;
  settings: DeliverySettings;
  takeFault(call: FaultCall): { delayMs: number; fault?: ApiFault | EventFault };
  sendToSocket(app: string, envelope: SocketEnvelope): Promise<SocketAnswer>;
  /** Aborts when the fake stops: what is under way fails then. */
  closing: AbortSignal;
}

/** Takes a payload to an app, over HTTP when it has a request URL and over Socket Mode else; events are retried. */
export function createDeliver(
  deps: DeliverDeps,
): (app: FakeApp, what: { kind: EventDelivery['kind']; payload: Json }) => EventDelivery {
  const waiting: Waiting = new Map();
  return (app, { kind, payload }) => {
    const done = Promise.withResolvers<EventDelivery>();
    const event_id = typeof payload['event_id'] === 'string' ? payload['event_id'] : undefined;
    const delivery: EventDelivery = {
      kind,
      app: app.id,
      payload,
      event_id,
      attempts: [],
      state: 'pending',
      settled: done.promise,
    };
    void run(delivery, { app, deps, waiting }).finally(() => done.resolve(delivery));
    return delivery;
  };
}

type Waiting = Map<string, (() => void)[]>;

interface Run {
  app: FakeApp;
  deps: DeliverDeps;
  waiting: Waiting;
}

async function run(delivery: EventDelivery, of: Run): Promise<void> {
  const { settings, closing } = of.deps;
  const pauses = delivery.kind === 'events_api' ? settings.retryDelaysMs : [];
  let reason: FailureReason | undefined;
  for (const [retryNum, pauseMs] of [0, ...pauses].entries()) {
    if (retryNum > 0) await sleep(pauseMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
    if (closing.aborted) break;
    const tried = await attempt(delivery, { ...of, retryNum, reason });
    if (!tried.failed) {
      delivery.state = 'delivered';
      return;
    }
    reason = tried.failed;
    if (tried.noRetry) break;
  }
  delivery.state = 'failed';
}

interface Tried {
  failed?: FailureReason;
  noRetry?: boolean;
}

async function attempt(
  delivery: EventDelivery,
  of: Run & { retryNum: number; reason: FailureReason | undefined },
): Promise<Tried> {
  const { app, deps, waiting } = of;
  const { delayMs, fault } = deps.takeFault({ method: 'events', args: delivery.payload, app: app.id });
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: deps.closing }).catch(() => undefined);
  if (fault?.do === 'reorder') await overtaken(app.id, { waiting, closing: deps.closing });
  if (fault?.do === 'drop') {
    delivery.attempts.push({ ...begin(of), failed: 'connection_failed' });
    return { failed: 'connection_failed' };
  }
  const copies = await Promise.all([send(delivery, of), ...(fault?.do === 'duplicate' ? [send(delivery, of)] : [])]);
  for (const wake of waiting.get(app.id)?.splice(0) ?? []) wake();
  if (fault?.do === 'reset_after_commit') {
    const last = delivery.attempts.at(-1);
    if (last) last.failed = 'http_timeout';
    return { failed: 'http_timeout' };
  }
  return copies.find(({ failed }) => !failed) ?? copies[0] ?? {};
}

function overtaken(app: string, { waiting, closing }: { waiting: Waiting; closing: AbortSignal }): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(app, [...(waiting.get(app) ?? []), resolve]);
  closing.addEventListener('abort', () => resolve());
  return promise;
}

const begin = ({
  app,
  deps,
  retryNum,
  reason,
}: Run & { retryNum: number; reason: FailureReason | undefined }): Attempt => ({
  at: deps.world.now(),
  via: app.request_url ? 'http' : 'socket',
  retryNum,
  ...(reason && { retryReason: reason }),
  headers: {},
});

async function send(
  delivery: EventDelivery,
  of: Run & { retryNum: number; reason: FailureReason | undefined },
): Promise<Tried> {
  const { app, deps, retryNum, reason } = of;
  const attempt = begin(of);
  delivery.attempts.push(attempt);
  if (app.request_url) return postSigned(delivery, attempt, { ...deps, app, url: app.request_url });
  const answer = await deps.sendToSocket(app.id, {
    type: delivery.kind,
    payload: delivery.payload,
    accepts_response_payload: delivery.kind !== 'events_api',
    ...(delivery.kind === 'events_api' && { retry_attempt: retryNum, retry_reason: reason ?? '' }),
  });
  if (answer.socket !== undefined) attempt.socket = answer.socket;
  if (answer.failed) {
    attempt.failed = answer.failed;
    return { failed: answer.failed };
  }
  attempt.body = JSON.stringify(answer.payload ?? {});
  return {};
}
