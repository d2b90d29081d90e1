import { describe, expect, it } from 'vitest';
import { readDelivery } from './delivery.ts';
import { fixture } from './testing/fixture.ts';
import { readLive } from './live.ts';
import { readReceipt } from './receipt.ts';
import { readTurn } from './turn.ts';

const event = fixture('message-created');
const handle = { channel_id: 'C1', connector: 'team', type: 'slack' };
const turn = {
  v: 1,
  turn_id: 'trn_1',
  session: { session_id: 's', generation: 1, capability_scope: {}, credential_scope: {} },
  seq: 1,
  event,
  reply_targets: [handle],
  reply_handle: 'sealed',
  output_subject: 'tl.outputs.1.s',
};
const output = { output_id: 'o', session_id: 's', content: 'hi' };
const time = '2026-01-01T00:00:00.000Z';
const delivery = {
  v: 1,
  delivery_id: 'dlv_1',
  output_id: 'o',
  session_id: 's',
  target: handle,
  output,
  created_at: time,
  expires_at: time,
};
const receipt = { event_id: 'e', status: 'accepted', session_id: 's', turn_id: 'trn_1', seq: 7 };
const live = { v: 1, turn_id: 'trn_1', output_id: 'o', stream: { seq: 1, state: 'delta' }, content: 'more' };

describe.each([
  {
    name: 'turn',
    read: readTurn,
    value: turn,
    newer: { ...turn, lane: 3, session: { ...turn.session, mood: 'calm' }, event: fixture('future-more-fields') },
  },
  {
    name: 'delivery',
    read: readDelivery,
    value: delivery,
    newer: {
      ...delivery,
      output: { ...output, content: undefined, poll: { rows: [] }, parts: [{ type: 'text', text: 'a', lang: 'de' }] },
      target: { ...handle, broadcast: true },
    },
  },
  { name: 'receipt', read: readReceipt, value: receipt, newer: { ...receipt, lane: 3 } },
  { name: 'live message', read: readLive, value: live, newer: { ...live, stream: { ...live.stream, part: 1 } } },
])('reading a $name from the bus', ({ read, value, newer }) => {
  it('gives back what was written', () => {
    expect(read(value)).toEqual({ ok: true, value });
  });

  it('keeps what a newer writer added, at any depth', () => {
    expect(read(newer)).toEqual({ ok: true, value: newer });
  });

  it('says what is missing, without a value', () => {
    expect(read({ v: 1, secret: 'hunter2', content: 5 })).toMatchObject({
      ok: false,
      reason: 'invalid',
      problems: expect.not.arrayContaining([expect.stringContaining('hunter2')]) as unknown,
    });
    expect(read(undefined)).toMatchObject({ ok: false, reason: 'invalid' });
  });
});

describe('another major version', () => {
  it.each([
    { read: readTurn, value: { v: 2 }, because: 'of the turn' },
    { read: readTurn, value: { ...turn, event: fixture('major-two') }, because: 'of the event in a turn' },
    { read: readDelivery, value: { ...delivery, output: { v: 3 } }, because: 'of the output in a delivery' },
  ])('is not judged: $because', ({ read, value }) => {
    expect(read(value)).toMatchObject({ ok: false, reason: 'unknown_version' });
  });
});
