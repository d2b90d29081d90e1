import { z } from 'zod';
import type { GatewayAnswer, GatewayClient } from './gateway-client.ts';
import { batchResultSchema, eventResultSchema, type BatchItemResult } from './ingress-contract.ts';
import { ingressVersion } from './protocol.ts';
import { gatewayRefused } from './sidecar-error.ts';
import type { SendEvents, SubmitOutcome } from './submit-queue.ts';

const forEveryone = new Set([401, 403]);
const originalId = z.object({ event_id: z.string() });

/** Posts one event by itself and several as a batch. A batch that is refused goes again one by one: only one may be at fault. */
export function sendEvents(gateway: GatewayClient): SendEvents {
  return async (events) => {
    const [first] = events;
    if (first !== undefined && events.length === 1) return [await sendOne(first, gateway)];
    return sendBatch(events, gateway);
  };
}

async function sendOne(event: string, gateway: GatewayClient): Promise<SubmitOutcome> {
  const body = `{"protocol_version":${ingressVersion},${event.slice(1)}`;
  const answer = await gateway.request({ path: '/events', body });
  if (answer.outcome !== 'ok') return notStored(answer, event);
  const result = eventResultSchema.safeParse(answer.document);
  return result.success ? { do: 'resolve', result: result.data } : { do: 'again', afterMs: undefined, everyone: true };
}

async function sendBatch(events: string[], gateway: GatewayClient): Promise<SubmitOutcome[]> {
  const body = `{"protocol_version":${ingressVersion},"events":[${events.join(',')}]}`;
  const answer = await gateway.request({ path: '/events/batch', body });
  if (answer.outcome === 'refused' && !forEveryone.has(answer.status)) return events.map(() => oneByOne);
  if (answer.outcome !== 'ok') return events.map((event) => notStored(answer, event));
  const { results } = batchResultSchema.safeParse(answer.document).data ?? { results: [] };
  if (results.length !== events.length) return events.map(() => oneByOne);
  return results.map(ofItem);
}

const oneByOne: SubmitOutcome = { do: 'again', afterMs: 0, everyone: false, alone: true };

function ofItem(item: BatchItemResult): SubmitOutcome {
  const { status, retry_after_ms, ...ids } = item;
  if (status === 'rate_limited') return { do: 'again', afterMs: retry_after_ms, everyone: true };
  if (status === 'error') return { do: 'again', afterMs: retry_after_ms, everyone: false };
  return { do: 'resolve', result: { ...ids, status } };
}

function notStored(answer: Exclude<GatewayAnswer, { outcome: 'ok' }>, event: string): SubmitOutcome {
  if (answer.outcome === 'again') return { do: 'again', afterMs: answer.afterMs, everyone: true };
  const { status, code, reason } = answer;
  if (status !== 409) return { do: 'reject', error: gatewayRefused('The event', answer) };
  const { event_id } = originalId.parse(JSON.parse(event));
  return { do: 'resolve', result: { event_id, status: 'rejected', code, reason } };
}
