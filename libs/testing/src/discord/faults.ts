/** What goes wrong with a call. */
export type DiscordFault =
  /** The connection ends before anything happened. */
  | { kind: 'drop' }
  | { kind: 'delay'; ms: number }
  /** The call takes effect, and its answer is lost. */
  | { kind: 'reset_after_commit' }
  /** A 502 in HTML, after the call took effect if `committed`. */
  | { kind: 'server_error'; committed?: boolean }
  | { kind: 'rate_limited'; retryAfter: number; scope?: 'user' | 'global' | 'shared' }
  | { kind: 'error'; status: number; code: number; message: string };

/** Which calls a fault hits: `POST /channels/:id/messages`, or `*`; once unless `times` says more. */
export interface DiscordFaultRule {
  route: string;
  times?: number;
  fault: DiscordFault;
}

/** What shall go wrong, in the order in which it was added; the first rule that fits a call is used up by one. */
export class DiscordFaults {
  #rules: { rule: DiscordFaultRule; left: number }[] = [];

  add(rule: DiscordFaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  take(route: string): DiscordFault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && (rule.route === '*' || rule.route === route));
    if (!found) return undefined;
    found.left--;
    return found.rule.fault;
  }
}
