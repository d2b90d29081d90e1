import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaneProgress } from './lane-progress.ts';

describe('LaneProgress', () => {
  it('holds the floor below an unfinished head and names what is finished above it', () => {
    const progress = new LaneProgress(0, {});
    expect(progress.read('slow', 1)).toBe('run');
    expect(progress.read('quick', 2)).toBe('run');
    expect(progress.finish('quick', 2)).toBe(false);
    expect(progress.snapshot()).toEqual({ floor: 0, done: { quick: 2 } });
    progress.finish('slow', 1);
    expect(progress.snapshot()).toEqual({ floor: 2, done: {} });
  });

  it('asks for each follower that was read while its head ran', () => {
    const progress = new LaneProgress(0, {});
    progress.read('k', 1);
    expect(progress.read('k', 2)).toBe('later');
    expect(progress.read('k', 3)).toBe('later');
    expect(progress.finish('k', 1)).toBe(true);
    progress.next('k', 2);
    expect(progress.finish('k', 2)).toBe(true);
    progress.next('k', 3);
    expect(progress.finish('k', 3)).toBe(false);
  });

  it('after any stop, a successor handles exactly what was unfinished, each key in order', () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(keys, fc.array(fc.nat(30)), (stream, choices) => {
        const handled: number[] = [];
        let cursor = { floor: 0, done: {} as Record<string, number> };
        for (let life = 0; life < 5; life++) cursor = liveUntil(choices[life] ?? 30, { stream, cursor, handled });
        cursor = liveUntil(Infinity, { stream, cursor, handled });
        expect(handled.toSorted((x, y) => x - y)).toEqual(stream.map((_, index) => index + 1));
        expect(cursor).toEqual({ floor: stream.length, done: {} });
        for (const key of 'abcd') {
          const own = handled.filter((seq) => stream[seq - 1] === key);
          expect(own).toEqual(own.toSorted((x, y) => x - y));
        }
      }),
    );
  });
});

/** Reads the whole stream, finishes `count` messages (newest heads first, to leave gaps) and stops with a kept cursor. */
function liveUntil(
  count: number,
  world: { stream: string[]; cursor: { floor: number; done: Record<string, number> }; handled: number[] },
) {
  const { stream, cursor, handled } = world;
  const progress = new LaneProgress(cursor.floor, cursor.done);
  const heads: { key: string; seq: number }[] = [];
  for (let seq = cursor.floor + 1; seq <= stream.length; seq++) {
    const key = stream[seq - 1] ?? '';
    if (progress.read(key, seq) === 'run') heads.push({ key, seq });
  }
  for (let finished = 0; finished < count && heads.length > 0; finished++) {
    const head = heads.pop();
    if (!head) break;
    handled.push(head.seq);
    if (!progress.finish(head.key, head.seq)) continue;
    const next = stream.findIndex((key, index) => index + 1 > head.seq && key === head.key) + 1;
    progress.next(head.key, next || undefined);
    if (next) heads.unshift({ key: head.key, seq: next });
  }
  return progress.snapshot();
}
