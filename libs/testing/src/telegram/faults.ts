import type { ErrorParameters } from './api-error.ts';

/** What goes wrong. The first six are for calls of methods; `duplicate` and `reorder` for `webhook`. */
export type Fault =
  /** The connection ends before anything happened. */
  | { kind: 'drop' }
  | { kind: 'delay'; ms: number }
  /** The call takes effect, and its answer is lost. */
  | { kind: 'reset_after_commit' }
  | { kind: 'rate_limited'; retryAfter: number }
  /** A 502 in HTML, after the call took effect if `committed`. */
  | { kind: 'server_error'; committed?: boolean }
  | { kind: 'error'; code: number; description: string; parameters?: ErrorParameters }
  /** The same update is posted once more after it was taken. */
  | { kind: 'duplicate' }
  /** The update is posted after the next one of its line. */
  | { kind: 'reorder' };

export interface FaultRule {
  /** Name of a method, `*` for all of them, or `webhook` for what is posted to webhooks. */
  method: string;
  /** Only calls with such arguments; for `webhook`, such updates. */
  when?: (args: Record<string, unknown>) => boolean;
  /** How often it happens; once unless said. */
  times?: number;
  fault: Fault | FaultKindAlone;
}

type FaultKindAlone = 'drop' | 'reset_after_commit' | 'server_error' | 'duplicate' | 'reorder';

/** A rule that was added; `left` says how often it will still happen. */
export interface AddedFault {
  readonly left: number;
  remove(): void;
}

/** What shall go wrong, in the order in which it was added; the first rule that fits a call is used up by one. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): AddedFault {
    const added = { rule, left: rule.times ?? 1 };
    this.#rules.push(added);
    return {
      get left() {
        return added.left;
      },
      remove: () => {
        added.left = 0;
      },
    };
  }

  clear(): void {
    this.#rules = [];
  }

  take(method: string, args: Record<string, unknown>): Fault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && fits(rule, method, args));
    if (!found) return undefined;
    found.left--;
    const { fault } = found.rule;
    return typeof fault === 'string' ? { kind: fault } : fault;
  }
}

function fits(rule: FaultRule, method: string, args: Record<string, unknown>): boolean {
  const named = rule.method.toLowerCase() === method.toLowerCase();
  return (named || (rule.method === '*' && method !== 'webhook')) && (rule.when?.(args) ?? true);
}
