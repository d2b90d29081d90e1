import { describe, expect, it } from 'vitest';
import type { GatewayAnswer } from './gateway-client.ts';
import { sendEvents } from './send-events.ts';

const events = ['{"event_id":"e1"}', '{"event_id":"e2"}'];
const send = (answer: GatewayAnswer, posted = events) =>
  sendEvents({ request: async () => answer, fetchPath: () => Promise.reject(new Error('not fetched here')) })(posted);

const ok = (document: unknown): GatewayAnswer => ({ outcome: 'ok', document });
const refused = (status: number, code?: string): GatewayAnswer => ({ outcome: 'refused', status, code, reason: 'no' });
const alone = { do: 'again', afterMs: 0, everyone: false, alone: true };

describe('a batch', () => {
  it.each([
    { answer: refused(400), outcomes: [alone, alone], because: 'only one of them may be at fault' },
    { answer: refused(404), outcomes: [alone, alone], because: 'an older gateway has no batches' },
    { answer: ok({ results: [{ status: 'accepted' }] }), outcomes: [alone, alone], because: 'a result is missing' },
    {
      answer: refused(401),
      outcomes: [{ do: 'reject' }, { do: 'reject' }],
      because: 'another token is wrong for each of them',
    },
    {
      answer: ok({ results: [{ status: 'error' }, { status: 'rate_limited', retry_after_ms: 7 }] }),
      outcomes: [
        { do: 'again', everyone: false },
        { do: 'again', everyone: true, afterMs: 7 },
      ],
      because: 'an error is of one event, a limit of the connector',
    },
    {
      answer: ok({
        results: [{ event_id: null, status: 'rejected', reason: 'r', code: 'c' }, { status: 'duplicate' }],
      }),
      outcomes: [
        { do: 'resolve', result: { status: 'rejected', code: 'c' } },
        { do: 'resolve', result: { status: 'duplicate' } },
      ],
      because: 'both are final',
    },
  ])('ends in $outcomes.0.do: $because', async ({ answer, outcomes }) => {
    expect(await send(answer)).toMatchObject(outcomes);
  });
});

describe('an event by itself', () => {
  it.each([
    {
      answer: refused(409, 'idempotency_conflict'),
      outcome: { do: 'resolve', result: { event_id: 'e1', status: 'rejected', code: 'idempotency_conflict' } },
      because: 'its id is taken for good',
    },
    {
      answer: refused(404, 'connector_disabled'),
      outcome: { do: 'reject', error: { refusal: { status: 404, problemCode: 'connector_disabled' } } },
      because: 'somebody has to act',
    },
    { answer: ok({ fine: true }), outcome: { do: 'again', everyone: true }, because: 'that is no gateway of ours' },
  ])('$outcome.do: $because', async ({ answer, outcome }) => {
    expect(await send(answer, events.slice(0, 1))).toMatchObject([outcome]);
  });
});
