/** Whether a turn is still wanted. Its signal is made when somebody asks for it: most handlers never do, and it costs more than a turn. */
export class Cancellation {
  readonly #lost: AbortSignal;
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;
  /** A person or an event called the turn off. */
  cancelled = false;

  constructor(lost: AbortSignal) {
    this.#lost = lost;
  }

  cancel(): void {
    this.cancelled = true;
    this.#controller?.abort(calledOff());
  }

  /** Aborted when the turn is called off, or its lane is lost. */
  get signal(): AbortSignal {
    if (this.#signal) return this.#signal;
    this.#controller = new AbortController();
    if (this.cancelled) this.#controller.abort(calledOff());
    this.#signal = AbortSignal.any([this.#controller.signal, this.#lost]);
    return this.#signal;
  }
}

const calledOff = () => new Error('The turn was cancelled.');
