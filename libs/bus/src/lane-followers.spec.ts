import { describe, expect, it } from 'vitest';
import { LaneFollowers } from './lane-followers.ts';
import type { StoredMessage } from './stored-message.ts';

const message = (seq: number, bytes = 10): StoredMessage => ({
  subject: 'tl.turns.c.1.s',
  seq,
  time: new Date(0),
  headers: { seq: String(seq) },
  payload: Buffer.alloc(bytes, String(seq)),
  json: () => undefined,
});

describe('LaneFollowers', () => {
  it('gives back what was read, key by key and in order, and nothing that is finished', () => {
    const followers = new LaneFollowers();
    for (const seq of [2, 3, 5]) followers.add('a', message(seq));
    followers.add('b', message(4));
    expect(followers.take('a', 2)?.seq).toBe(3);
    expect(followers.take('b', 1)).toMatchObject({ seq: 4, headers: { seq: '4' }, payload: Buffer.alloc(10, '4') });
    expect(followers.take('a', 3)?.seq).toBe(5);
    expect(followers.take('a', 5)).toBeUndefined();
  });

  it('holds 256 KiB, and of a key that did not fit nothing behind the gap', () => {
    const followers = new LaneFollowers();
    followers.add('a', message(1, 200_000));
    followers.add('b', message(2, 100_000));
    expect(followers.take('a', 0)?.seq).toBe(1);
    // Now it would fit, but it is not what comes next.
    followers.add('b', message(3));
    expect(followers.take('b', 1)).toBeUndefined();
    followers.forget('b');
    followers.add('b', message(4));
    expect(followers.take('b', 3)?.seq).toBe(4);
  });

  it('goes on with what was fetched behind a gap, and still knows that more may follow', () => {
    const followers = new LaneFollowers();
    followers.add('a', message(1, 300_000));
    followers.refill('a', [message(2), message(3)]);
    followers.add('a', message(9));
    expect([followers.take('a', 1)?.seq, followers.take('a', 2)?.seq, followers.take('a', 3)]).toEqual([
      2,
      3,
      undefined,
    ]);
  });

  it('has its room back when a key is forgotten', () => {
    const followers = new LaneFollowers();
    for (let round = 1; round <= 10; round++) {
      followers.add('a', message(round, 200_000));
      followers.forget('a');
    }
    followers.add('a', message(11, 200_000));
    expect(followers.take('a', 0)?.seq).toBe(11);
  });
});
