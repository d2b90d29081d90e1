import type { FeedItem } from '@trunkline/control-api';
import { describe, expect, it } from 'vitest';
import { feedSummary } from './feed-summary.ts';

const event = { data: { actor: { id: 'U1', name: 'Ana' }, content: { text: 'hello  there\nworld' } } };

it.each<{ what: FeedItem['what']; data: FeedItem['data']; says: string }>([
  { what: 'event', data: event, says: 'Ana hello there world' },
  { what: 'event', data: { data: { actor: { id: 'U1' } }, type: 't' }, says: 'U1 t' },
  { what: 'turn', data: { seq: 3, event }, says: '#3 hello there world' },
  { what: 'output', data: { content: 'yes' }, says: 'yes' },
  {
    what: 'output',
    data: { parts: [{ type: 'text', text: 'see' }, { type: 'attachment' }] },
    says: 'see · File: file',
  },
  { what: 'output', data: { reaction: { name: 'eyes', on: 'm' } }, says: 'reacts with eyes' },
  {
    what: 'delivery',
    data: {
      state: 'dead',
      target: { type: 'slack', channel_id: 'C1' },
      reason: { code: 'x', detail: 'No such channel.' },
    },
    says: 'dead to slack C1 No such channel.',
  },
  { what: 'rejected', data: { code: 'session_missing', event_id: 'e1' }, says: 'session_missing e1' },
  {
    what: 'dead',
    data: { group: 'agent', reason: { code: 'gave_up', detail: 'Failed 5 times.' } },
    says: 'agent gave_up Failed 5 times.',
  },
  { what: 'audit', data: { operation: 'putConnector', by: { name: 'ana' } }, says: 'putConnector by ana' },
  { what: 'live', data: { status: 'thinking' }, says: 'thinking' },
  { what: 'live', data: { stream: { seq: 0, state: 'open' } }, says: 'stream open' },
  { what: 'ignored', data: {}, says: '–' },
])('$what: $says', ({ what, data, says }) => {
  expect(feedSummary({ what, at: '', data })).toBe(says);
});

describe('a long text', () => {
  it('is cut', () => {
    expect(feedSummary({ what: 'output', at: '', data: { content: 'x'.repeat(1000) } })).toHaveLength(201);
  });
});
