import { describe, expect, it } from 'vitest';
import { grown, nothingGrows, unpublished } from './growing-texts.ts';

const live = (data: object) => ({ what: 'live' as const, data: { v: 1, turn_id: 't1', ...data } });
const piece = (seq: number, content?: string, output_id = 'o1') =>
  live({
    output_id,
    stream: { seq, state: content === undefined ? 'open' : 'delta' },
    ...(content !== undefined && { content }),
  });

describe('what grows', () => {
  it('is put together from its pieces', () => {
    const growing = [piece(0), piece(1, 'Hel'), piece(2, 'lo')].reduce(grown, nothingGrows);
    expect(growing.texts.get('o1')).toEqual({ outputId: 'o1', turnId: 't1', text: 'Hello' });
  });

  it('says that its beginning was missed', () => {
    expect(grown(nothingGrows, piece(4, 'world')).texts.get('o1')?.text).toBe('… world');
    expect(grown(nothingGrows, piece(1, 'world')).texts.get('o1')?.text).toBe('world');
  });

  it('begins anew when it is opened again', () => {
    const growing = [piece(0), piece(1, 'Hel'), piece(0), piece(1, 'Bye')].reduce(grown, nothingGrows);
    expect(growing.texts.get('o1')?.text).toBe('Bye');
  });

  it('has the status of a turn that has no output yet, until there is one', () => {
    const growing = grown(nothingGrows, live({ status: 'thinking' }));
    expect([...growing.statuses]).toEqual([['t1', 'thinking']]);
    expect(growing.texts.size).toBe(0);
    expect(grown(growing, { what: 'output', data: { output_id: 'o1' } }).statuses.size).toBe(0);
  });

  it('is what no output holds yet, also when a piece comes late', () => {
    const growing = [piece(1, 'a'), piece(1, 'b', 'o2'), piece(2, 'c')].reduce(grown, nothingGrows);
    expect(unpublished(growing, [{ output_id: 'o1' }]).map(({ text }) => text)).toEqual(['b']);
  });

  it('stays bounded', () => {
    const pieces = Array.from({ length: 200 }, (_, n) => piece(1, 'x', `o${n}`));
    expect(pieces.reduce(grown, nothingGrows).texts.size).toBe(50);
  });

  it('takes nothing from what it cannot read', () => {
    expect(grown(nothingGrows, { what: 'live', data: { v: 'x', output_id: 7 } })).toBe(nothingGrows);
  });
});
