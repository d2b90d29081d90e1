import { describe, expect, it } from 'vitest';
import { checkHistory, isViolated, type Findings, type History } from './check-history.ts';

const conversations = ['0', '1'];
const numbers = [0, 1, 2];

/** Three events each in two conversations, all accepted, routed and answered. */
function rightHistory() {
  const events = conversations.flatMap((conversation) =>
    numbers.map((n) => ({ conversation, n, eventId: `e-${conversation}-${n}` })),
  );
  return {
    accepted: events.map(({ conversation, n, eventId }) => ({ eventId, n, conversation: Number(conversation) })),
    judged: events.map(({ conversation, n, eventId }) => ({
      kind: 'turn' as 'turn' | 'skip',
      eventId,
      conversation,
      sessionId: `session-${conversation}`,
      n,
      turnSeq: n + 1,
      routedMs: 1,
    })),
    replies: events.map(({ conversation, n, eventId }) => ({
      webhookId: `dlv-${eventId}`,
      outputId: `out-${eventId}`,
      target: `target-${conversation}`,
      text: `echo ${conversation} ${n}`,
      traceparent: undefined,
    })),
  } satisfies History;
}

type Doctored = ReturnType<typeof rightHistory>;
type Sort = Exclude<keyof Findings, 'examples'>;

const swap = <T>(list: T[], a: number, b: number) => {
  const [first, second] = [list[a], list[b]];
  if (first && second) [list[a], list[b]] = [second, first];
};
const again = <T>(list: T[], change: Partial<T> = {}) => {
  const [first] = list;
  if (first) list.push({ ...first, ...change });
};

const doctored: { because: string; by: (history: Doctored) => void; found: Partial<Record<Sort, number>> }[] = [
  {
    because: 'an event that nobody judged is lost',
    by: ({ judged, replies }) => void (judged.pop(), replies.pop()),
    found: { lost: 1 },
  },
  {
    because: 'an event with two turns is duplicated, and the second one stands behind later ones',
    by: ({ judged }) => again(judged, { turnSeq: 4 }),
    found: { duplicated: 1, out_of_order: 1 },
  },
  {
    because: 'turns that changed places are out of order',
    by: ({ judged }) => swap(judged, 0, 1),
    found: { out_of_order: 3 },
  },
  {
    because: 'a turn that is not counted as the next one is out of order',
    by: ({ judged }) => void judged.splice(2, 1, ...judged.slice(2, 3).map((turn) => ({ ...turn, turnSeq: 5 }))),
    found: { out_of_order: 1 },
  },
  {
    because: 'a conversation in two sessions is split',
    by: ({ judged }) =>
      void judged.splice(2, 1, ...judged.slice(2, 3).map((turn) => ({ ...turn, sessionId: 'other' }))),
    found: { sessions_split: 1 },
  },
  {
    because: 'a turn without a reply lost its delivery',
    by: ({ replies }) => void replies.shift(),
    found: { deliveries_lost: 1 },
  },
  {
    because: 'one output under two ids at one target is a duplicate',
    by: ({ replies }) =>
      void replies.splice(1, 0, ...replies.slice(0, 1).map((reply) => ({ ...reply, webhookId: 'another' }))),
    found: { deliveries_duplicated: 1 },
  },
  { because: 'the same id again is a repeat', by: ({ replies }) => again(replies), found: { deliveries_repeated: 1 } },
  {
    because: 'replies that changed places are out of order',
    by: ({ replies }) => swap(replies, 0, 1),
    found: { deliveries_out_of_order: 1 },
  },
];

describe('checkHistory', () => {
  it('finds nothing in a history that is right', () => {
    const findings = checkHistory(rightHistory());
    expect(isViolated(findings)).toBe(false);
    expect(findings.examples).toEqual([]);
  });

  it.each(doctored)('finds that $because', ({ by, found }) => {
    const history = rightHistory();
    by(history);
    const { examples, ...counts } = checkHistory(history);
    expect(Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))).toEqual(found);
    expect(examples.length).toBeGreaterThan(0);
    expect(isViolated({ ...counts, examples })).toBe(!('deliveries_repeated' in found));
  });

  it('takes a skip for a fault, because nothing is wrong with what the chaos sends', () => {
    const history = rightHistory();
    history.judged.forEach((event, at) => at === 5 && Object.assign(event, { kind: 'skip', turnSeq: undefined }));
    expect(checkHistory(history)).toMatchObject({ skipped: 1, lost: 0, deliveries_lost: 0 });
  });
});
