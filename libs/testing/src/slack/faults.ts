import type { Json } from './json.ts';

/** What goes wrong with calls of the Web API and with uploads. "Commit" is the moment from which the message is posted. */
export type ApiFault =
  /** The connection is reset before anything is done. */
  | { do: 'drop' }
  /** It is done, then the connection is reset. */
  | { do: 'reset_after_commit' }
  | { do: 'delay'; ms: number }
  /** 429 with Retry-After, nothing is done. */
  | { do: 'rate_limited'; retryAfterSeconds: number }
  /** Nothing is done. 500 unless told otherwise. */
  | { do: 'server_error'; status?: number }
  /** It is done. 500 unless told otherwise. */
  | { do: 'server_error_after_commit'; status?: number }
  /** `ok: false` with this error, nothing is done. */
  | { do: 'error'; error: string }
  /** `ok: false` with this error, such as `fatal_error`, though it is done. */
  | { do: 'error_after_commit'; error: string }
  /** A page of HTML with 200, nothing is done. */
  | { do: 'garbage' };

/** What goes wrong with attempts to deliver events, commands and interactions. */
export type EventFault =
  /** The request is not sent: `connection_failed`. */
  | { do: 'drop' }
  /** The app gets it, its answer gets lost: `http_timeout`. */
  | { do: 'reset_after_commit' }
  | { do: 'delay'; ms: number }
  /** It is sent twice at once. */
  | { do: 'duplicate' }
  /** It waits until the next delivery to the same app was tried. */
  | { do: 'reorder' };

/** What `when` sees of a call: the decoded arguments, or the payload of a delivery. */
export interface FaultCall {
  method: string;
  args: Json;
  app: string | undefined;
}

/**
 * When something goes wrong. `method` is a method of the Web API, `upload`, `download`, `response_url`, `events`, or `*` for all
 * methods of the Web API. It happens once unless `times` says otherwise (`Infinity`: always).
 */
export type FaultRule = { when?: (call: FaultCall) => boolean; times?: number } & (
  { method: 'events'; fault: EventFault } | { method: string; fault: ApiFault }
);

/** The faults of one fake. The first rule that matches is used; delays come on top. */
export interface Faults {
  /** Returns what takes the rule away again. */
  add(rule: FaultRule): () => void;
  clear(): void;
}

/** The faults, and what the fake asks them: what goes wrong with this call. */
export function createFaults(): Faults & { take(call: FaultCall): { delayMs: number; fault?: ApiFault | EventFault } } {
  let rules: (FaultRule & { left: number })[] = [];
  const drop = (rule: object) => {
    rules = rules.filter((each) => each !== rule);
  };
  return {
    add(given) {
      const rule = { ...given, left: given.times ?? 1 };
      rules.push(rule);
      return () => drop(rule);
    },
    clear() {
      rules = [];
    },
    take(call) {
      let delayMs = 0;
      let fault: ApiFault | EventFault | undefined;
      for (const rule of rules) {
        if (!matches(rule, call)) continue;
        if (rule.fault.do !== 'delay' && fault) continue;
        if (--rule.left <= 0) drop(rule);
        if (rule.fault.do === 'delay') delayMs += rule.fault.ms;
        else fault = rule.fault;
      }
      return { delayMs, ...(fault && { fault }) };
    },
  };
}

const besideMethods = ['events', 'upload', 'download', 'response_url'];

function matches(rule: FaultRule, call: FaultCall): boolean {
  const named = rule.method === call.method || (rule.method === '*' && !besideMethods.includes(call.method));
  return named && (rule.when?.(call) ?? true);
}
