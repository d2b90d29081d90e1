import { describe, expect, it } from 'vitest';
import { canonicalTarget } from '@trunkline/events';
import { createConcurrencyBudget, createRateBudget, type RateLimit, type Release } from './budget.ts';
import { fakeClock } from './testing/fake-clock.ts';

const target = (chat: string) => canonicalTarget({ type: 'telegram', connector: 'bot', chat_id: chat });
const going = { signal: new AbortController().signal, draining: new AbortController().signal };

describe('createConcurrencyBudget', () => {
  const budget = () =>
    createConcurrencyBudget({ perScope: 2, scopeOf: (it) => (it.type === 'telegram' ? it.chat_id : '') });

  it('lets so many in at a time, others of the scope in the order they came, other scopes freely', async () => {
    const { take } = budget();
    const first = await take(target('a'), going);
    await take(target('a'), going);
    const order: string[] = [];
    const third = take(target('a'), going).then((release) => (order.push('third'), release));
    const fourth = take(target('a'), going).then((release) => (order.push('fourth'), release));
    await take(target('b'), going);
    expect(order).toEqual([]);
    first?.();
    first?.();
    const release: Release | undefined = await third;
    expect(order).toEqual(['third']);
    release?.();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('lets go of whoever is stopped, and keeps their place for the next', async () => {
    const { take } = budget();
    const first = await take(target('a'), going);
    await take(target('a'), going);
    const lane = new AbortController();
    const stopped = take(target('a'), { ...going, draining: lane.signal });
    const next = take(target('a'), going);
    lane.abort();
    expect(await stopped).toBeUndefined();
    first?.();
    expect(await next).toBeTypeOf('function');
  });
});

describe('createRateBudget', () => {
  const limits = (it: ReturnType<typeof target>): RateLimit[] => [
    { key: `chat ${it.type === 'telegram' ? it.chat_id : ''}`, count: 2, perMs: 10_000 },
    { key: 'bot', count: 3, perMs: 1_000 },
  ];

  it('never lets more through than each limit says, in any window', async () => {
    const clock = fakeClock();
    const start = clock.now();
    const { take } = createRateBudget(limits, clock);
    const times: number[] = [];
    const calls = Array.from({ length: 5 }, () => take(target('a'), going).then(() => times.push(clock.now() - start)));
    await clock.advance(20_000);
    await Promise.all(calls);
    expect(times).toEqual([0, 0, 10_000, 10_000, 20_000]);
  });

  it('takes nothing of the bot while a chat waits', async () => {
    const clock = fakeClock();
    const { take } = createRateBudget(limits, clock);
    await take(target('a'), going);
    await take(target('a'), going);
    const slow = take(target('a'), going);
    await clock.advance(1_000);
    await Promise.all([take(target('b'), going), take(target('c'), going), take(target('d'), going)]);
    expect(clock.pending).toBe(1);
    await clock.advance(9_000);
    expect(await slow).toBeTypeOf('function');
  });
});
