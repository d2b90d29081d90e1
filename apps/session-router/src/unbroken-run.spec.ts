import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trackUnbrokenRun } from './unbroken-run.ts';

const conversationOf = (subject: string) => subject;
const arrival = (seq: number, delivery: number, subject = 'c', announcement = 1) => ({
  ...{ subject, seq, delivery, announcement },
});

describe('trackUnbrokenRun', () => {
  it.each([
    {
      arrivals: [arrival(1, 1), arrival(2, 2)],
      between: [1, 2],
      certain: true,
      because: 'both came here, one after the other',
    },
    {
      arrivals: [arrival(1, 1), arrival(2, 2), arrival(3, 3)],
      between: [1, 3],
      certain: false,
      because: 'the second is between them',
    },
    {
      arrivals: [arrival(1, 1), arrival(3, 3)],
      between: [1, 3],
      certain: false,
      because: 'what was sent in between went to another router',
    },
    {
      arrivals: [arrival(5, 1), arrival(6, 2)],
      between: [3, 6],
      certain: false,
      because: 'what was before the run is not known',
    },
    {
      arrivals: [arrival(1, 1), arrival(1, 2, 'c', 2), arrival(2, 3)],
      between: [1, 2],
      certain: true,
      because: 'a repeated announcement leaves nothing out',
    },
    {
      arrivals: [arrival(9, 1), arrival(2, 2)],
      between: [0, 2],
      certain: false,
      because: 'sequences that go back are of another stream',
    },
    {
      arrivals: [arrival(1, 1, 'c'), arrival(2, 2, 'd'), arrival(3, 3, 'c')],
      between: [1, 3],
      certain: true,
      because: 'other conversations do not matter',
    },
  ])('$because', ({ arrivals, between: [after = 0, before = 0], certain }) => {
    const run = trackUnbrokenRun(conversationOf);
    for (const each of arrivals) run.onArrival(each);
    expect(run.nothingBetween('c', { after, before })).toBe(certain);
  });

  it('is never wrong, however doorbells spread over routers, repeat and get lost', () => {
    const step = fc.record({
      subject: fc.constantFrom('a', 'b', 'c'),
      router: fc.nat(2),
      fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'lost', 'repeats'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const routers = [0, 1, 2].map(() => trackUnbrokenRun(conversationOf));
        const stored: string[] = [];
        let delivery = 0;
        for (const { subject, router, fate } of steps) {
          const run = routers[router];
          stored.push(subject);
          const seq = stored.length;
          delivery += 1;
          if (fate !== 'lost') run?.onArrival(arrival(seq, delivery, subject));
          if (fate === 'repeats') run?.onArrival(arrival(seq, ++delivery, subject, 2));
          for (const each of routers) checkClaims(each, stored);
        }
      }),
    );
  });
});

/** Each claim that a router makes about a stored event and what came before it. */
function checkClaims(run: ReturnType<typeof trackUnbrokenRun>, stored: readonly string[]): void {
  for (const [index, conversation] of stored.entries()) {
    const before = index + 1;
    for (let after = 0; after < before; after++) {
      const claims = run.nothingBetween(conversation, { after, before });
      if (claims) expect(stored.slice(after, index)).not.toContain(conversation);
    }
  }
}
