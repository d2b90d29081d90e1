import { describe, expect, it } from 'vitest';
import type { Change } from '@trunkline/bus';
import type { StepOutcome } from './deliverer.ts';
import { newProgressRecord } from './progress-record.ts';
import { createTargetGates, type TargetRecord } from './target-gates.ts';
import { deliveryTo } from './testing/deliveries.ts';
import { fakeClock } from './testing/fake-clock.ts';

const of = newProgressRecord(deliveryTo('https://a.example/in'), 's');
const failed: StepOutcome = { outcome: 'retry', code: 'c', reason: 'r' };
const limited: StepOutcome = { ...failed, afterMs: 30_000 };
const refused: StepOutcome = { outcome: 'refused', code: 'c', reason: 'r' };

async function open() {
  const kept = new Map<string, TargetRecord>();
  let hear: (change: Change<TargetRecord>) => void = () => {};
  let revision = 0;
  const clock = fakeClock();
  const gates = createTargetGates({
    bucket: {
      put: async (key, value) => (kept.set(key, value), ++revision),
      delete: async (key) => kept.delete(key),
      watch: async (_filter, onChange) => ((hear = onChange), { stop() {} }),
    },
    clock,
    log: { info() {}, warn() {}, error() {} },
    onChange() {},
  });
  await gates.ready();
  const note = async (...outcomes: StepOutcome[]) => {
    for (const outcome of outcomes) await gates.note(of, outcome);
  };
  const change = (value?: TargetRecord) => hear({ key: of.target_id, value, revision: ++revision });
  return { clock, kept, note, change, state: () => gates.state(of.target_id) };
}

describe('the breaker of a target', () => {
  it('opens for 60 s at the fifth failure in a row, and again when the probe fails', async () => {
    const { clock, note, state, kept } = await open();
    await note(failed, failed, failed, failed);
    expect(state().blockedUntilMs).toBe(0);
    await note(failed);
    expect(state().blockedUntilMs).toBe(clock.now() + 60_000);
    expect(kept.get(of.target_id)?.breaker?.failures).toBe(5);
    await clock.advance(60_000);
    await note(failed);
    expect(state().blockedUntilMs).toBe(clock.now() + 60_000);
  });

  it.each([
    { answer: { outcome: 'delivered' } as StepOutcome, because: 'it works' },
    { answer: refused, because: 'an answer shows that it is alive' },
  ])('closes when $because, and leaves nothing behind', async ({ answer }) => {
    const { note, state, kept } = await open();
    await note(failed, failed, failed, failed, failed, answer);
    expect(state()).toEqual({});
    expect(kept.size).toBe(0);
    await note(failed);
    expect(state().blockedUntilMs).toBe(0);
  });

  it('does not count what the platform asked to wait for, and waits that long', async () => {
    const { clock, note, state } = await open();
    await note(failed, failed, failed, failed, limited);
    expect(state().blockedUntilMs).toBe(clock.now() + 30_000);
    await note(failed);
    expect(state().blockedUntilMs).toBe(clock.now() + 60_000);
  });
});

describe('a disabled target', () => {
  it('stays so until its key is deleted', async () => {
    const { note, state, change, kept } = await open();
    await note({ outcome: 'disable_target', code: 'gone', reason: 'Answered 410.' });
    expect(state().disabled).toBe('Answered 410.');
    expect(kept.get(of.target_id)?.disabled?.reason).toBe('Answered 410.');
    change(undefined);
    expect(state().disabled).toBeUndefined();
  });

  it('is known from the bus', async () => {
    const { state, change } = await open();
    change({ v: 1, connector: of.connector, target: of.target, disabled: { at: '2026-01-05T08:00:00Z', reason: 'r' } });
    expect(state().disabled).toBe('r');
  });
});
