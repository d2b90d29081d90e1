import type { ReplyHandle } from '@trunkline/events';
import { expect, it } from 'vitest';
import { targetIdOf } from './target-place.ts';

const external = (fields: { route: string; conversation?: string; connector?: string }): ReplyHandle => ({
  ...{ type: 'external', connector: 'discord' },
  ...fields,
});

it.each([
  {
    one: external({ route: 'c1/m1', conversation: 'c1' }),
    other: external({ route: 'c1/m2', conversation: 'c1' }),
    same: true,
    because: 'replies to two messages of one conversation are in order',
  },
  {
    one: external({ route: 'c1/m1', conversation: 'c1' }),
    other: external({ route: 'c2/m1', conversation: 'c2' }),
    same: false,
    because: 'conversations do not hold each other up',
  },
  {
    one: external({ route: 'c1', conversation: 'c1' }),
    other: external({ route: 'c1', conversation: 'c1', connector: 'other' }),
    same: false,
    because: 'connectors share nothing',
  },
  {
    one: external({ route: 'c1' }),
    other: external({ route: 'c2' }),
    same: false,
    because: 'without a conversation the route is all that is known',
  },
])('$because', ({ one, other, same }) => {
  expect(targetIdOf(one) === targetIdOf(other)).toBe(same);
});
