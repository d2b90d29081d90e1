import type { StoredEvent } from '@trunkline/control-api';
import { problem } from '@trunkline/errors';
import type { TrunklineEvent } from '@trunkline/events';
import { retryAfter, type Emitter } from '@trunkline/gateway-kit';
import { refuse, type Refusal } from './operation.ts';

const waitMs = 2_000;

/** Stores an event of ours as a gateway would, and waits a moment for what a router makes of it. `isNew`: it was not there before. */
export async function storeAsEvent(
  event: TrunklineEvent,
  { fingerprint, emitter }: { fingerprint: string; emitter: Emitter },
): Promise<{ stored: StoredEvent; isNew: boolean } | Refusal> {
  const event_id = event.id;
  const outcome = await emitter.emit({ event, fingerprint, idempotent: true, waitMs });
  switch (outcome.outcome) {
    case 'stored':
      return { stored: { event_id, status: 'pending' }, isNew: true };
    case 'routed':
      return { stored: storedAs(event_id, outcome.receipt), isNew: true };
    case 'rejected':
      return { stored: storedAs(event_id, outcome.receipt), isNew: !outcome.repeated };
    case 'duplicate':
      return { stored: storedAs(event_id, outcome.receipt), isNew: false };
    case 'conflict':
      return refuse('idempotency_conflict', 'This key was used for other content. Use a new key for new content.');
    case 'rate_limited':
    case 'bus_unavailable': {
      const detail = 'The bus did not confirm it. Send the same again after Retry-After: it is stored at most once.';
      return { problem: problem('bus_unavailable', { detail }), headers: retryAfter(outcome.retryAfterMs) };
    }
  }
}

interface Judged {
  status: 'accepted' | 'rejected';
  session_id?: string;
  turn_id?: string;
  code?: string;
  reason?: string;
}

function storedAs(event_id: string, receipt: Judged | undefined): StoredEvent {
  if (!receipt) return { event_id, status: 'pending' };
  const { status, session_id, turn_id, code, reason } = receipt;
  return {
    event_id,
    status,
    session_id,
    turn_id,
    ...(code !== undefined && { reason: { code, detail: reason ?? '' } }),
  };
}
