import { appendLedger, type Bus } from '@trunkline/bus';
import type { ProgressRecord } from './progress-record.ts';

const shownAttempts = 10;

/** Notes the end of a delivery in the ledger, and a dead letter as such too. Repeating it within an hour adds nothing. */
export async function appendSettlement(record: ProgressRecord, bus: Pick<Bus, 'append' | 'names'>): Promise<void> {
  const { connector, delivery_id, replays } = record;
  const data = {
    v: 1,
    type: 'delivery',
    delivery_id,
    output_id: record.output_id,
    session_id: record.session_id,
    turn_id: record.turn_id,
    connector,
    target_id: record.target_id,
    state: record.state,
    reason: record.reason,
    attempt_count: record.attempt_count,
    attempts: record.attempts.slice(-shownAttempts),
    replays,
    created_at: record.created_at,
    settled_at: record.settled_at,
  };
  const id = `${delivery_id}~${replays}`;
  await appendLedger({ what: 'settlements', connector, id, data }, bus);
  if (record.state === 'dead') await appendLedger({ what: 'dead', connector, id, data }, bus);
}
