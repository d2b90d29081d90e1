import type { Admission, PlatformRequest } from '@trunkline/events';
import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';

/** Whether the proof of a request is right; the reason is a word. */
export type Proof = { ok: true } | { ok: false; reason: string };

/** Whether a connector would let a request in. */
export function admissionOf<C>(
  request: PlatformRequest,
  entry: InventoryEntry<C>,
  verify: (request: PlatformRequest, entry: ReadyEntry<C>) => Proof | undefined,
): Admission {
  switch (entry.state) {
    case 'disabled':
      return { outcome: 'refused', code: 'connector_disabled', reason: 'It is switched off: callers hear 404.' };
    case 'degraded':
      return { outcome: 'refused', code: 'connector_degraded', reason: `Callers hear 503: ${entry.reason}` };
    case 'ready':
      return judge(request, verify(request, entry));
  }
}

function judge(request: PlatformRequest, proof: Proof | undefined): Admission {
  if (proof === undefined) return { outcome: 'admitted', reason: 'It asks callers for no proof.' };
  if (!presentsProof(request)) {
    return { outcome: 'not_judged', reason: 'Give the headers of the request, too, to see whether they let it in.' };
  }
  if (proof.ok) return { outcome: 'admitted', reason: 'Its proof is right.' };
  return { outcome: 'refused', code: proof.reason, reason: 'The sender hears 401: its proof is missing or wrong.' };
}

/** A body alone was not sent by anybody. */
const presentsProof = ({ headers, query }: PlatformRequest) =>
  Object.keys(headers).some((name) => name !== 'content-type') || new URLSearchParams(query).has('access_token');
