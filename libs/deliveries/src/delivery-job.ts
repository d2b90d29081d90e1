import { BusUnavailableError, type BusLog, type Handled, type LaneContext } from '@trunkline/bus';
import type { Delivery, ReplyHandle } from '@trunkline/events';
import { afterAttempt, finishStep, settle, startAttempt, withdrawAttempt } from './attempt.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './clock.ts';
import type { ConnectorParking, Credentials } from './connector-parking.ts';
import type { Deliverer, Reconciled, Step, StepContext, StepOutcome } from './deliverer.ts';
import { nextStep, type OnUnknown } from './next-step.ts';
import { startSpan, traceparentOf, type Span } from '@trunkline/telemetry';
import { idempotencyKey, isSettled, platformIdsOf, type Attempt, type ProgressRecord } from './progress-record.ts';
import type { Held, ProgressStore } from './progress-store.ts';
import { readiness, type Allowed, type ConnectorState, type Readiness } from './readiness.ts';
import { wishedDelayMs } from './retry-delay.ts';
import type { TargetGates } from './target-gates.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What happens to a delivery is written on the bus; whoever waits for something looks there at least this often. */
const lookAgainMs = 10_000;
const renewalMs = 250;

/** What a delivery needs of its lane; what `runLanes` hands over fits. */
export type Lane = Pick<LaneContext, 'signal' | 'draining' | 'stillOwner'>;

/** What a runner shares among its deliveries. */
export interface JobDeps<S extends Step> {
  deliverer: Deliverer<S>;
  store: ProgressStore;
  targets: TargetGates;
  parking: ConnectorParking;
  waiting: WaitingRoom;
  budget: Budget | undefined;
  connectorState(ref: ProgressRecord['connector']): ConnectorState;
  allowed(target: ReplyHandle): Allowed;
  onAttempt(record: ProgressRecord, attempt: Attempt): void;
  clock: Clock;
  log: BusLog;
}

/** A delivery as one of its messages in DELIVERIES brought it. */
export interface JobMessage {
  delivery: Delivery;
  seq: number;
  traceparent: string | undefined;
}

/** One delivery in the hands of its lane's owner, from the first look at its record to its end. */
export class DeliveryJob<S extends Step> {
  readonly #message: JobMessage;
  readonly #lane: Lane;
  readonly #deps: JobDeps<S>;
  #held: Held;
  #plan: S[] | undefined;

  constructor(at: { message: JobMessage; held: Held; lane: Lane }, deps: JobDeps<S>) {
    this.#message = at.message;
    this.#held = at.held;
    this.#lane = at.lane;
    this.#deps = deps;
  }

  get record(): ProgressRecord {
    return this.#held.record;
  }

  /** Returns when the record is settled, or when the lane ends. */
  async run(): Promise<Handled> {
    while (!isSettled(this.record.state)) {
      if (this.#stopped()) return 'interrupted';
      const ready = this.#readiness();
      if (ready.do === 'go' && this.#lane.stillOwner()) await this.#go(ready.onUnknown);
      else await this.#hold(ready);
    }
    return 'done';
  }

  #stopped(): boolean {
    return this.#lane.signal.aborted || this.#lane.draining.aborted;
  }

  /** Asked at the last moment before each call to the platform. */
  #mayCall(): boolean {
    return !this.#stopped() && this.#lane.stillOwner() && this.#readiness().do === 'go';
  }

  #credentials(): Credentials {
    const { connector, target } = this.record;
    return { connector, scope: this.#deps.deliverer.credentialScope?.(target) ?? '' };
  }

  #readiness(): Readiness {
    const { clock, connectorState, parking, targets, allowed } = this.#deps;
    const { connector, target, target_id } = this.record;
    return readiness(this.record, {
      now: clock.now(),
      connector: connectorState(connector),
      parked: parking.get(this.#credentials()),
      target: targets.state(target_id),
      allowed: allowed(target),
    });
  }

  async #hold(ready: Readiness): Promise<void> {
    const now = this.#deps.clock.now();
    // A lane in doubt is either lost, which the signal tells, or renewed in a moment.
    if (ready.do === 'go') return this.#waitUntil(now + renewalMs);
    if (ready.do === 'settle') {
      return this.#save(settle(this.record, { state: ready.state, code: ready.code, detail: ready.reason, now }));
    }
    if (ready.do === 'park' && (this.record.state !== 'parked' || this.record.reason?.code !== ready.code)) {
      return this.#save({ ...this.record, state: 'parked', reason: { code: ready.code, detail: ready.reason } });
    }
    await this.#waitUntil(ready.untilMs);
  }

  async #waitUntil(untilMs: number): Promise<void> {
    const { clock, waiting } = this.#deps;
    const { connector, target_id } = this.record;
    const keys = [`target ${target_id}`, `connector ${connector.kind}/${connector.name}`];
    await waiting.wait({ keys, untilMs: Math.min(untilMs, clock.now() + lookAgainMs), stop: this.#lane });
    if (!this.#stopped()) await this.#reload();
  }

  async #reload(): Promise<void> {
    const newest = await this.#deps.store.find(this.record.delivery_id);
    // A record that is gone was settled and forgotten, or removed by hand: either way nothing may be sent.
    const gone = settle(this.record, { state: 'cancelled', now: this.#deps.clock.now(), code: 'progress_missing' });
    this.#held = newest ?? { record: gone, revision: 0 };
  }

  /** Somebody else's write wins: it is read, and judged anew. */
  async #save(next: ProgressRecord): Promise<void> {
    const kept = await this.#deps.store.save(this.#held, next);
    if (kept) this.#held = kept;
    else await this.#reload();
  }

  async #go(onUnknown: OnUnknown): Promise<void> {
    const { clock, parking } = this.#deps;
    const plan = await this.#steps();
    if (!plan) return;
    const step = plan.find(({ index }) => !this.record.steps[index]);
    if (!step) return this.#save(settle(this.record, { state: 'delivered', now: clock.now() }));
    parking.claimProbe(this.#credentials());
    const inDoubt = plan.find(({ index }) => index === this.record.in_doubt);
    if (inDoubt) return this.#clearDoubt(inDoubt, onUnknown);
    await this.#attempt(step, onUnknown);
  }

  /** A delivery that cannot be planned will not be planned better the next time: a person has to look, and can replay it. */
  async #steps(): Promise<S[] | undefined> {
    const { deliverer, log, clock } = this.#deps;
    try {
      this.#plan ??= await deliverer.plan(this.#message.delivery);
      return this.#plan;
    } catch (error) {
      if (error instanceof BusUnavailableError) throw error;
      log.error({ err: error, delivery_id: this.record.delivery_id }, 'delivery.not-planned');
      const why = { code: 'plan_failed', detail: 'The output could not be turned into calls; the log has the cause.' };
      await this.#save(settle(this.record, { state: 'dead', now: clock.now(), ...why }));
      return undefined;
    }
  }

  async #attempt(step: S, onUnknown: OnUnknown): Promise<void> {
    const { budget, clock, store } = this.#deps;
    const release = budget ? await budget.take(this.record.target, this.#lane) : () => {};
    if (!release) return;
    try {
      if (!this.#mayCall()) return;
      const { seq } = this.#message;
      const started = await store.save(
        this.#held,
        startAttempt(this.record, { step: step.index, now: clock.now(), seq }),
      );
      if (!started) return await this.#reload();
      this.#held = started;
      // Writing took time: the lane or the delivery may be over by now.
      if (!this.#mayCall()) return await this.#save(withdrawAttempt(this.record));
      await this.#conclude(await this.#call(step), onUnknown);
    } finally {
      release();
    }
  }

  async #call(step: S): Promise<StepOutcome> {
    const { deliverer, log } = this.#deps;
    const span = this.#startSpan();
    try {
      const context = this.#context(step);
      const traced = context.traceparent === undefined ? context : { ...context, traceparent: traceparentOf(span) };
      const outcome = await deliverer.deliverStep(step, traced);
      if (outcome.outcome !== 'delivered') span.fail(outcome.outcome);
      return outcome;
    } catch (error) {
      span.fail(error);
      log.error({ err: error, delivery_id: this.record.delivery_id, step: step.index }, 'delivery.call-failed');
      return {
        outcome: 'unknown',
        code: 'deliverer_failed',
        reason: 'The gateway failed during the call; the log has the cause.',
      };
    } finally {
      span.end();
    }
  }

  /** Each call to the platform is a span of the trace that its event began. */
  #startSpan(): Span {
    const { connector, delivery_id: id } = this.record;
    const attributes = { 'trunkline.delivery_id': id, 'trunkline.connector': `${connector.kind}/${connector.name}` };
    return startSpan('deliver', { kind: 'client', parent: this.#message.traceparent, attributes });
  }

  #context(step: S): StepContext {
    const { delivery, traceparent } = this.#message;
    return {
      delivery,
      attempt: this.record.attempt_count,
      since: Date.parse(this.record.attempts.find((it) => it.step === step.index)?.started_at ?? delivery.created_at),
      idempotencyKey: idempotencyKey(this.record, step.index),
      platformIds: platformIdsOf(this.record),
      signal: this.#lane.signal,
      ...(traceparent !== undefined && { traceparent }),
    };
  }

  async #conclude(outcome: StepOutcome, onUnknown: OnUnknown): Promise<void> {
    const { clock, deliverer, store, targets, onAttempt } = this.#deps;
    const now = clock.now();
    const canReconcile = deliverer.reconcile !== undefined;
    const decision = nextStep(this.record, outcome, { now, random: clock.random(), onUnknown, canReconcile });
    const next = this.#ended(afterAttempt(this.record, outcome, { decision, now }));
    const kept = await store.saveStubbornly(this.#held, next);
    this.#noteConnector(outcome);
    await targets.note(this.record, outcome);
    if (kept) this.#held = kept;
    else await this.#reload();
    const attempt = next.attempts.at(-1);
    if (attempt) onAttempt(next, attempt);
  }

  /** The last step's outcome and the delivery's end are one write. */
  #ended(record: ProgressRecord): ProgressRecord {
    if (isSettled(record.state) || !this.#plan?.every(({ index }) => record.steps[index])) return record;
    return settle(record, { state: 'delivered', now: this.#deps.clock.now() });
  }

  #noteConnector(outcome: StepOutcome): void {
    const { parking, waiting, log } = this.#deps;
    const { connector } = this.record;
    const of = this.#credentials();
    if (outcome.outcome === 'park') {
      const { code, reason } = outcome;
      if (parking.park(of, outcome)) log.error({ ...of, code, reason }, 'connector.parked');
    }
    if (outcome.outcome === 'delivered' && parking.release(of)) {
      waiting.wake(`connector ${connector.kind}/${connector.name}`);
      log.info(of, 'connector.unparked');
    }
  }

  /** A call of this or of an earlier owner may have been taken: the platform is asked where it can be, else the connector decides. */
  async #clearDoubt(step: S, onUnknown: OnUnknown): Promise<void> {
    const { clock } = this.#deps;
    const now = clock.now();
    const answer = await this.#reconcile(step);
    const died = { outcome: 'unknown', code: 'owner_died', reason: 'The gateway ended during the call.' } as const;
    const waiting = { do: 'wait', untilMs: now, counts: 'nothing' } as const;
    const isOpen = this.record.attempts.at(-1)?.outcome === undefined;
    const closed = isOpen ? afterAttempt(this.record, died, { decision: waiting, now }) : this.record;
    const record = { ...closed, next_attempt_at: undefined };
    if (this.#stopped()) return;
    switch (answer.found) {
      case 'yes':
        return this.#save(this.#ended(finishStep(record, { step: step.index, platformId: answer.platformId })));
      case 'no':
        return this.#save({ ...record, in_doubt: undefined });
      case 'later':
        return this.#save({ ...record, next_attempt_at: new Date(now + wishedDelayMs(answer.afterMs)).toISOString() });
      case 'unclear':
        if (onUnknown === 'resend') return this.#save({ ...record, in_doubt: undefined });
        return this.#save(
          settle(record, { state: 'unknown', now, code: record.reason?.code, detail: record.reason?.detail }),
        );
    }
  }

  async #reconcile(step: S): Promise<Reconciled> {
    const { deliverer, log } = this.#deps;
    if (!deliverer.reconcile) return { found: 'unclear' };
    try {
      return await deliverer.reconcile(step, this.#context(step));
    } catch (error) {
      log.error({ err: error, delivery_id: this.record.delivery_id, step: step.index }, 'delivery.not-reconciled');
      return { found: 'unclear' };
    }
  }
}
