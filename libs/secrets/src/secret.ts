import { inspect } from 'node:util';

/** What a secret shows instead of its value, wherever it is printed. */
export const secretMask = '[secret]';

/** What is known of a value beside the value. */
export interface SecretFacts {
  /** Version in the secret store. */
  version?: number;
  /** Last moment (ms epoch) at which it counts: the end of the grace window of a version that was replaced. */
  validUntil?: number;
  /** Notes that the value was used; returns at once. */
  onUse?: () => void;
}

/**
 * A value that cannot be printed by accident: text, JSON, inspection and error messages show a mask. `expose()` is the only
 * way in, so that a search for it finds every use.
 */
export class Secret {
  readonly version: number | undefined;
  readonly validUntil: number | undefined;
  readonly #value: string;
  readonly #onUse: (() => void) | undefined;

  constructor(value: string, facts: SecretFacts = {}) {
    this.#value = value;
    this.version = facts.version;
    this.validUntil = facts.validUntil;
    this.#onUse = facts.onUse;
  }

  /** The value, for the call that needs it. Do not store what this returns. */
  expose(): string {
    return this.#value;
  }

  /** Say so when this value was what let a request through: it becomes the version's "last used". Cheap; never fails. */
  markUsed(): void {
    this.#onUse?.();
  }

  toString(): string {
    return secretMask;
  }

  toJSON(): string {
    return secretMask;
  }

  [Symbol.toPrimitive](): string {
    return secretMask;
  }

  [inspect.custom](): string {
    return secretMask;
  }
}

/** Wraps a value that comes from anywhere but the secret store. */
export function secretOf(value: string): Secret {
  return new Secret(value);
}

/**
 * Those of a field's secrets that count now: the current one first, then replaced ones in their grace window. Ask at each
 * verification: what was valid when the connector was loaded may not be any more.
 */
export function validSecrets(secrets: readonly Secret[], nowMs: number): Secret[] {
  return secrets.filter(({ validUntil }) => validUntil === undefined || nowMs < validUntil);
}
