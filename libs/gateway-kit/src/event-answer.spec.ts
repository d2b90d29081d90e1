import { describe, expect, it } from 'vitest';
import type { ConnectorKind, Receipt } from '@trunkline/events';
import type { Answer } from './answer.ts';
import { answerOf, receiptAnswer } from './event-answer.ts';

const accepted: Receipt = { event_id: 'e/1', status: 'accepted', session_id: 's', turn_id: 'trn_1', seq: 1 };
const rejected: Receipt = {
  event_id: 'e/1',
  status: 'rejected',
  code: 'binding_conflict',
  reason: 'Key k is taken.',
  seq: 1,
};
const of = (kind: ConnectorKind) => ({ connector: { kind, name: 'crm' }, eventId: 'e/1' });
const ids = { session_id: 's', turn_id: 'trn_1', run_id: 'trn_1' };
const url = '/v1/connectors/http/crm/events/e%2F1';

const seen = ({ status, headers, body }: Answer) => ({ status, headers, body: JSON.parse(body) });

describe('answerOf', () => {
  it.each([
    {
      outcome: { outcome: 'routed', receipt: accepted },
      status: 200,
      body: { event_id: 'e/1', status: 'accepted', ...ids },
    },
    { outcome: { outcome: 'stored' }, status: 202, body: { event_id: 'e/1', status: 'accepted', receipt_url: url } },
    {
      outcome: { outcome: 'duplicate', receipt: accepted },
      status: 200,
      body: { event_id: 'e/1', status: 'duplicate', ...ids },
    },
    {
      outcome: { outcome: 'duplicate' },
      status: 202,
      body: { event_id: 'e/1', status: 'duplicate', receipt_url: url },
    },
  ] as const)('answers $status for $outcome', ({ outcome, status, body }) => {
    const answer = seen(answerOf(outcome, of('http')));
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/json' } });
    expect(answer.body).toEqual(body);
    expect(answer.headers['location']).toBe(status === 202 ? url : undefined);
  });

  it('answers 409 with the original ids when the id was used for something else', () => {
    const answer = seen(answerOf({ outcome: 'conflict', receipt: accepted }, of('http')));
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_conflict', event_id: 'e/1', ...ids } });
  });

  it.each([
    { outcome: { outcome: 'rate_limited', retryAfterMs: 1200 }, status: 429, code: 'rate_limited', retryAfter: '2' },
    { outcome: { outcome: 'rate_limited', retryAfterMs: 3 }, status: 429, code: 'rate_limited', retryAfter: '1' },
    {
      outcome: { outcome: 'bus_unavailable', retryAfterMs: 2000 },
      status: 503,
      code: 'bus_unavailable',
      retryAfter: '2',
    },
  ] as const)('answers $status with Retry-After $retryAfter for $outcome', ({ outcome, status, code, retryAfter }) => {
    const answer = seen(answerOf(outcome, of('http')));
    expect(answer).toMatchObject({ status, body: { code, status }, headers: { 'retry-after': retryAfter } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('tells an HTTP caller of a rejection with the status of its code', () => {
    const answer = seen(answerOf({ outcome: 'rejected', receipt: rejected, repeated: false }, of('http')));
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'binding_conflict', detail: 'Key k is taken.', event_id: 'e/1' },
    });
  });

  it('falls back to 422 for a code that is not published', () => {
    const receipt = { ...rejected, code: 'poison' };
    const answer = seen(answerOf({ outcome: 'rejected', receipt, repeated: false }, of('http')));
    expect(answer).toMatchObject({ status: 422, body: { code: 'routing_rejected', reason: 'poison' } });
  });

  it('tells a sidecar of a rejection with 200, as its protocol says', () => {
    const answer = seen(answerOf({ outcome: 'rejected', receipt: rejected, repeated: false }, of('external')));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      event_id: 'e/1',
      status: 'rejected',
      code: 'binding_conflict',
      reason: 'Key k is taken.',
    });
  });

  it('says what to do when a rejected event comes again', () => {
    const answer = seen(answerOf({ outcome: 'rejected', receipt: rejected, repeated: true }, of('http')));
    expect(answer.body.detail).toContain('send it under another id');
  });
});

it.each([
  { found: accepted, status: 200, body: { status: 'accepted', ...ids } },
  { found: rejected, status: 200, body: { status: 'rejected', code: 'binding_conflict' } },
  { found: 'not_routed_yet' as const, status: 202, body: { status: 'accepted', receipt_url: url } },
  { found: undefined, status: 404, body: { code: 'event_not_found' } },
])('answers $status when asked for a receipt and $found is found', ({ found, status, body }) => {
  expect(seen(receiptAnswer(found, of('http')))).toMatchObject({ status, body });
});
