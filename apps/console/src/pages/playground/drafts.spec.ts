import { describe, expect, it } from 'vitest';
import { withLive, type Drafts } from './drafts.ts';

const piece = (seq: number, content?: string) => ({
  turn_id: 't1',
  output_id: 'o1',
  stream: { seq, state: content === undefined ? 'open' : 'delta' },
  ...(content !== undefined && { content }),
});
const none: Drafts = new Map();

describe('what grows', () => {
  it('is put together from its pieces', () => {
    const drafts = [piece(0), piece(1, 'Hel'), piece(2, 'lo')].reduce(withLive, none);
    expect(drafts.get('o1')).toEqual({ turnId: 't1', text: 'Hello' });
  });

  it('says that its beginning was missed', () => {
    expect(withLive(none, piece(4, 'world')).get('o1')?.text).toBe('… world');
    expect(withLive(none, piece(1, 'world')).get('o1')?.text).toBe('world');
  });

  it('has the status of a turn that has no output yet', () => {
    expect([...withLive(none, { turn_id: 't1', status: 'thinking' }).values()]).toEqual([
      { turnId: 't1', text: '', status: 'thinking' },
    ]);
  });
});
