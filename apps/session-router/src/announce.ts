import { appendLedger, busHeaders, writeReceipt, type Bus, type StoredMessage } from '@trunkline/bus';
import type { Metrics } from '@trunkline/telemetry';
import { judgedEvent, receiptOf, type Judged } from './receipt-of.ts';

/** Remembers what an event became under its id, and wakes the gateway that waits for it. */
export function keepReceipt(event: StoredMessage, judged: Judged, bus: Bus): Promise<void> {
  const replyInstance = event.headers[busHeaders.replyInstance];
  return writeReceipt({ ...judgedEvent(judged), receipt: receiptOf(event, judged), replyInstance }, bus);
}

/** Keeps the receipt of an event that was judged just now, and counts it; what was skipped goes to the ledger too. */
export async function announce(
  event: StoredMessage,
  judged: Judged,
  deps: { bus: Bus; metrics: Metrics; now(): number },
): Promise<void> {
  const { bus, metrics } = deps;
  await keepReceipt(event, judged, bus);
  metrics.observe('routing_lag_seconds', Math.max(0, deps.now() - event.time.getTime()) / 1000, {});
  const { connector, eventId } = judgedEvent(judged);
  const labels = { kind: connector.kind, connector: connector.name };
  if (judged.outcome === 'turn') return metrics.count('turns_total', labels);

  const { code, reason } = judged.skip;
  metrics.count('skips_total', { ...labels, reason: code });
  bus.log.warn({ event_id: eventId, ...labels, code }, 'event.skipped');
  const at = new Date(deps.now()).toISOString();
  const why = { code, detail: reason };
  const data = { v: 1, type: 'event', connector, event_id: eventId, event_seq: event.seq, reason: why, at };
  await appendLedger({ what: 'rejected', connector, id: `${event.seq}`, data }, bus);
}
