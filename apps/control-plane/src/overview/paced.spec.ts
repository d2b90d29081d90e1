import { describe, expect, it } from 'vitest';
import { paced } from './paced.ts';

/** Readings that take so long, each of which gives how many there were. */
function readings(tookMs: number) {
  const clock = { at: 0 };
  let count = 0;
  const read = paced(
    async () => {
      count += 1;
      const mine = count;
      await Promise.resolve();
      clock.at += tookMs;
      if (mine === 2) throw new Error('The second fails.');
      return mine;
    },
    () => clock.at,
  );
  return { read, clock };
}

describe('paced', () => {
  it.each([
    { tookMs: 10, holdsMs: 3_000, because: 'a quick one holds for seconds' },
    { tookMs: 1_000, holdsMs: 10_000, because: 'a slow one for ten times as long as it took' },
  ])('of $tookMs ms: $because', async ({ tookMs, holdsMs }) => {
    const { read, clock } = readings(tookMs);
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    clock.at = tookMs + holdsMs - 1;
    expect(await read()).toBe(1);
    clock.at += 1;
    await expect(read()).rejects.toThrow('The second fails.');
    expect(await read()).toBe(3);
  });
});
