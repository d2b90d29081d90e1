import type { StepOutcome } from '@trunkline/deliveries';
import type { FetchOutcome, RefusalReason } from '@trunkline/gateway-kit';

const refusedByGuard: Readonly<Record<RefusalReason, string>> = {
  url_invalid: 'The URL of the target cannot be read.',
  scheme_not_allowed: 'The target is neither http nor https.',
  userinfo_not_allowed: 'The URL of the target holds a user name or password.',
  address_not_allowed: 'The target leads to a private address; allow_private_network of its connector would permit it.',
  request_invalid: 'The headers of the target are not valid HTTP.',
};

/** Answers below 500 that say "not now" (spec 5.6). */
const later = new Set([408, 425, 429]);

/** What an answer, or the lack of one, means for a delivery (spec 5.6). Nothing of the answer's body is repeated. */
export function httpOutcome(result: FetchOutcome, now: number): StepOutcome {
  switch (result.kind) {
    case 'response':
      return answered(result.status, result.headers['retry-after'], now);
    case 'refused':
      return { outcome: 'refused', code: result.reason, reason: refusedByGuard[result.reason] };
    case 'network_error':
      return lost(
        { code: `network_${result.code.toLowerCase()}`, reason: `The connection failed (${result.code}).` },
        result,
      );
    case 'timeout':
      return lost({ code: 'timeout', reason: 'The target did not answer in time.' }, result);
  }
}

function answered(status: number, retryAfter: string | string[] | undefined, now: number): StepOutcome {
  const facts = { code: `http_${status}`, reason: `The target answered ${status}.`, status };
  if (status >= 200 && status < 300) return { outcome: 'delivered', status };
  if (status === 410) return { outcome: 'disable_target', ...facts };
  if (status < 500 && !later.has(status)) return { outcome: 'refused', ...facts };
  const afterMs = retryAfterMs(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now);
  return { outcome: 'retry', ...facts, ...(afterMs !== undefined && { afterMs }) };
}

/** Nothing was sent: certainly not taken. Otherwise the target may have it, and recognizes a repeat by its id. */
function lost(
  facts: { code: string; reason: string },
  { sent, status }: { sent: boolean; status?: number },
): StepOutcome {
  return { outcome: sent ? 'unknown' : 'retry', ...facts, ...(status !== undefined && { status }) };
}

/** `Retry-After` in seconds or as a date; `undefined` for anything else. A date in the past means now. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // A date of HTTP begins with a day's name; Date.parse alone would take "-5" and "1.5" for years.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
