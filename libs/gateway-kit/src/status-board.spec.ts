import { parseConnector } from '@trunkline/config';
import type { Inventory, InventoryEntry } from '@trunkline/inventory';
import { secretOf } from '@trunkline/secrets';
import { describe, expect, it } from 'vitest';
import { StatusBoard } from './status-board.ts';

function entryOf(name: string): InventoryEntry {
  const parsed = parseConnector('http', { name, bearer_token: 'hush-hush' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const secrets = { bearer_token: [secretOf('hush-hush')] };
  return { kind: 'http', name, source: 'file', state: 'ready', config: parsed.connector, secrets };
}

/** A board of so many connectors, `c0` and on, with a clock that stands. */
function boardOf(count: number) {
  const entries = new Map(Array.from({ length: count }, (_, n) => [`c${n}`, entryOf(`c${n}`)]));
  const inventory = { get: (_: string, name: string) => entries.get(name), list: () => [], onChange: () => () => {} };
  const clock = { at: 1_700_000_000_000 };
  const board = new StatusBoard('http', {
    inventory: inventory as unknown as Pick<Inventory, 'get' | 'list' | 'onChange'>,
    now: () => clock.at,
  });
  return { board, clock };
}

/** Tells what has changed, as a gateway does. */
const tell = (board: StatusBoard) => board.takeChanged().changed.map((name) => board.statusOf(name));

describe('StatusBoard', () => {
  it('tells of traffic in turns, and of a problem at once', () => {
    const { board } = boardOf(300);
    for (let n = 0; n < 300; n++) board.sawEvent(`c${n}`, 'stored');
    board.describe('c299', { problem: 'The token was refused.' });
    const first = board.takeChanged().changed;
    expect(first).toHaveLength(200);
    expect(first[0]).toBe('c299');
    const second = board.takeChanged().changed;
    expect(new Set([...first, ...second]).size).toBe(300);
    expect(board.takeChanged().changed).toEqual([]);
  });

  it('tells again when what was counted is past', () => {
    const { board, clock } = boardOf(1);
    board.sawEvent('c0', 'stored');
    expect(tell(board)).toMatchObject([{ traffic: { accepted: 1 } }]);
    board.age(new Map());
    expect(tell(board)).toEqual([]);
    clock.at += 6 * 60_000;
    board.age(new Map());
    const [past] = tell(board);
    expect(past?.traffic).toBeUndefined();
    expect(past?.last_event_at).toBe(new Date(1_700_000_000_000).toISOString());
    clock.at += 60_000;
    board.age(new Map());
    expect(tell(board)).toEqual([]);
  });

  it.each([
    { outcome: 'stored', last: true, because: 'the platform reaches us' },
    { outcome: 'ignored', last: true, because: 'also with what is no event' },
    { outcome: 'refused', last: false, because: 'anybody can send what is refused' },
    { outcome: 'bus_unavailable', last: false, because: 'it has to come again' },
  ])('after $outcome knows of a last event: $last, as $because', ({ outcome, last }) => {
    const { board } = boardOf(1);
    board.sawEvent('c0', outcome);
    expect(board.statusOf('c0')?.last_event_at !== undefined).toBe(last);
  });

  it('keeps nothing of names that callers make up, and counts no word that it does not know', () => {
    const { board } = boardOf(1);
    board.sawEvent('made-up', 'stored');
    board.sawEvent('c0', 'challenged');
    expect(board.takeChanged().changed).toEqual([]);
    expect(board.statusOf('made-up')).toBeUndefined();
  });

  it('tells no secret, and not more details than a message can bear', () => {
    const { board } = boardOf(1);
    board.describe('c0', { holdsLease: true, details: { log: 'x'.repeat(9_000) } });
    const status = board.statusOf('c0');
    expect(status).toMatchObject({ holds_lease: true, details: { too_large: true } });
    expect(JSON.stringify(status)).not.toContain('hush');
  });
});
