import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventData } from './event-data.ts';
import { eventFingerprint, type SaidBySender } from './fingerprint.ts';

const type = 'trunkline.message.created';
const data: EventData = {
  connector: { kind: 'slack', name: 'team' },
  platform: 'slack',
  actor: { id: 'U1', name: 'Ana' },
  conversation: { key: 'slack:team:C1', kind: 'channel', path: ['T1', 'C1'] },
  content: { text: 'hello', attachments: [{ asset_id: 'a1', url: 'https://x.example/a1?sig=1' }] },
  binding_keys: [
    { key: 'ticket:1', origin: 'payload' },
    { key: 'slack:team:C1', origin: 'conversation' },
    { key: 'crm', origin: 'connector' },
  ],
  reply_targets: [{ type: 'slack', connector: 'team', channel_id: 'C1' }],
  session: { natural_session_id: 's', policy: { create_if_missing: true, capability_scope: {}, credential_scope: {} } },
  metadata: { a: 1, b: { c: [1, 2] } },
  raw: { event_time: 1 },
};
const webhook: EventData = { ...data, conversation: { key: 'ticket:1', kind: 'none', path: ['ticket:1'] } };
const print = (change: Partial<EventData> = {}, said?: SaidBySender) =>
  eventFingerprint({ type, data: { ...data, ...change } }, said);

describe('eventFingerprint', () => {
  it.each<{ change: Partial<EventData>; because: string }>([
    { change: { raw: { event_time: 2 } }, because: 'the transport form' },
    { change: { reply_targets: [] }, because: 'configured reply targets' },
    {
      change: { session: { fixed_session_id: 'f', policy: { ...data.session.policy, persona_id: 'p' } } },
      because: 'configured policy and session',
    },
    { change: { binding_keys: data.binding_keys.slice(0, 2) }, because: "the connector's keys" },
    {
      change: {
        content: {
          ...data.content,
          text: 'hello',
          attachments: [{ asset_id: 'a1', url: 'https://x.example/a1?sig=2' }],
        },
      },
      because: 'a URL signed anew',
    },
    {
      change: { metadata: { b: { c: [1, 2] }, a: 1, 'trunkline.seen': 2 } },
      because: 'our own metadata and the order of keys',
    },
    {
      change: { conversation: { ...data.conversation, key: 'slack:team:user:C1', title: 'renamed' } },
      because: 'how we name the place',
    },
  ])('leaves out $because', ({ change }) => {
    expect(print(change)).toBe(print());
  });

  it.each<{ change: Partial<EventData>; because: string }>([
    { change: { content: { text: 'hello!', attachments: data.content?.attachments } }, because: 'other text' },
    { change: { content: { text: 'hello' } }, because: 'no file' },
    { change: { actor: { id: 'U2' } }, because: 'another actor' },
    { change: { conversation: { ...data.conversation, path: ['T1', 'C2'] } }, because: 'another place' },
    { change: { binding_keys: [{ key: 'ticket:2', origin: 'payload' }] }, because: 'another key of the payload' },
    { change: { metadata: { a: 2, b: { c: [1, 2] } } }, because: 'other metadata' },
    { change: { requested_session_id: 'x' }, because: 'another session' },
    { change: { relation: { kind: 'reply_to', target_message_id: '1' } }, because: 'a relation' },
    { change: { intent: 'x' }, because: 'an intent' },
  ])('tells apart: $because', ({ change }) => {
    expect(print(change)).not.toBe(print());
  });

  it('takes the type for a part of what is said', () => {
    expect(eventFingerprint({ type: 'trunkline.message.edited', data })).not.toBe(print());
  });

  it.each<{ other: Partial<EventData>; said?: SaidBySender; otherSaid?: SaidBySender; same: boolean; because: string }>(
    [
      {
        other: { conversation: { key: 'fixed', kind: 'none', path: ['fixed'] } },
        same: true,
        because: 'without a place of people, the conversation is our making',
      },
      {
        other: { actor: { id: 'new-default' } },
        said: { actor: false },
        same: true,
        because: 'the default actor changed',
      },
      { other: { actor: { id: 'new-default' } }, same: false, because: 'the sender named the actor' },
      {
        other: {},
        said: { replyTargets: data.reply_targets },
        otherSaid: { replyTargets: [] },
        same: false,
        because: 'the sender named other targets',
      },
      {
        other: { content: { text: 'mapped anew' }, binding_keys: [], intent: 'x' },
        said: { payload: { b: 1 } },
        same: true,
        because: 'the mapping changed, the payload did not',
      },
      {
        other: {},
        said: { payload: { b: 1 } },
        otherSaid: { payload: { b: 2 } },
        same: false,
        because: 'the payload changed, and the mapping hides it',
      },
    ],
  )('$same: $because', ({ other, said, otherSaid = said, same }) => {
    const prints = [
      eventFingerprint({ type, data: webhook }, said),
      eventFingerprint({ type, data: { ...webhook, ...other } }, otherSaid),
    ];
    expect(prints[0] === prints[1]).toBe(same);
  });

  it('takes any text and any metadata that JSON can carry', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.dictionary(text, fc.jsonValue()), (words, metadata) => {
        expect(print({ content: { text: words }, metadata })).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
    expect(print({ content: { text: '\ud800' } })).not.toBe(print({ content: { text: '\\ud800' } }));
  });

  it('is the same in every version: stored events are compared with it for 26 hours', () => {
    expect(print()).toMatchInlineSnapshot(`"58cf43084614de3c1747f561685dfef5c783eb4f981c6e73b82dcf9031e95c08"`);
  });
});
