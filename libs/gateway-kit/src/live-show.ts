import type { Bus, BusLog } from '@trunkline/bus';
import { targetPlace, type Clock } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import type { LivePace } from './live-pace.ts';
import type { LivePresenter } from './live-presenter.ts';
import { visibleText } from './live-text.ts';
import { claimPresented, notePresented } from './presented.ts';

/** After a presenter that failed, and before a call under way is given up when the durable output waits for it. */
const afterFailureMs = 5_000;
const patienceMs = 10_000;

/** What all that is shown by a process shares. */
export interface LiveShowDeps {
  bus: Pick<Bus, 'bucket'>;
  presenter: LivePresenter;
  owns(target: ReplyHandle): boolean;
  heal(text: string): string;
  /** The first text is shown. */
  onShown(target: ReplyHandle): void;
  pace: LivePace;
  clock: Clock;
  log: BusLog;
}

/** One growing output at one target. One call at a time; only the newest text is sent. */
export class LiveShow {
  readonly #at: { target: ReplyHandle; deliveryId: string };
  readonly #deps: LiveShowDeps;
  readonly #place: string;
  readonly #abort = new AbortController();
  #text = '';
  #shown = '';
  #id: string | undefined;
  #over = false;
  #call: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(at: { target: ReplyHandle; deliveryId: string }, deps: LiveShowDeps) {
    this.#at = at;
    this.#deps = deps;
    this.#place = targetPlace(at.target);
  }

  /** Shows this text when its turn comes, or a newer one instead; nothing while the target is another process's. */
  show(text: string): void {
    this.#text = text;
    this.#next();
  }

  /** Nothing is sent any more once it resolves. The platform id of what stands there. */
  async end(): Promise<string | undefined> {
    this.#over = true;
    this.#cancelTimer?.();
    const cancelTimer = this.#deps.clock.after(patienceMs, () => this.#abort.abort());
    const givenUp = new Promise<void>((resolve) => this.#abort.signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.#call, givenUp]);
    cancelTimer();
    return this.#id;
  }

  #next(): void {
    if (this.#over || this.#call || this.#cancelTimer) return;
    if (!this.#deps.owns(this.#at.target)) return this.#leave();
    const waitMs = this.#deps.pace.waitMs(this.#place);
    if (waitMs === 0) {
      this.#call = this.#send().finally(() => {
        this.#call = undefined;
        if (this.#text !== this.#shown) this.#next();
      });
      return;
    }
    this.#cancelTimer = this.#deps.clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#next();
    });
  }

  async #send(): Promise<void> {
    const { presenter, heal, pace, log } = this.#deps;
    const text = this.#text;
    const before = visibleText(this.#shown, { limit: presenter.limit, heal });
    const visible = visibleText(text, { limit: presenter.limit, heal });
    this.#shown = text;
    if (visible.trim() === '' || visible === before) return;
    pace.took(this.#place, presenter.updateEveryMs);
    try {
      if (this.#id === undefined) await this.#open(visible);
      else await this.#update(this.#id, visible);
    } catch (error) {
      log.warn({ err: error, delivery_id: this.#at.deliveryId }, 'live.not-shown');
      // Whether a first text stands there now, nobody knows: another one would be a second.
      if (this.#id === undefined) this.#stop();
      else this.#again(afterFailureMs);
    }
  }

  async #open(text: string): Promise<void> {
    const { bus, presenter } = this.#deps;
    const { target, deliveryId } = this.#at;
    const claim = await claimPresented(deliveryId, bus);
    if (claim === 'no') return this.#stop();
    if (claim !== 'ours') {
      this.#id = claim.id;
      return this.#over ? undefined : this.#update(claim.id, text);
    }
    try {
      const answer = this.#over ? 'cannot' : await presenter.open(target, text, this.#context());
      if (answer === 'cannot') return this.#stop();
      this.#id = answer.id;
      this.#deps.onShown(target);
    } finally {
      await notePresented(deliveryId, this.#id, bus);
    }
  }

  async #update(id: string, text: string): Promise<void> {
    const { bus, presenter } = this.#deps;
    const answer = await presenter.update(this.#at.target, id, text, this.#context());
    if (answer === 'ok') return;
    if (answer !== 'gone') return this.#again(answer.afterMs);
    this.#stop();
    this.#id = undefined;
    await notePresented(this.#at.deliveryId, undefined, bus);
  }

  /** What was to be shown is not: it is tried again. */
  #again(afterMs: number): void {
    this.#deps.pace.took(this.#place, afterMs);
    this.#shown = '';
  }

  /** The lane is another's, and so is what happens at the target. When it comes back we ask anew what stands there. */
  #leave(): void {
    this.#id = undefined;
    this.#shown = '';
  }

  #stop(): void {
    this.#over = true;
  }

  #context = () => ({ deliveryId: this.#at.deliveryId, signal: this.#abort.signal });
}
