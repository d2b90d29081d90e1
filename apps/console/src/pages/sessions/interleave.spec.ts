import type { OutputView, TurnView } from '@trunkline/control-api';
import { describe, expect, it } from 'vitest';
import { interleave } from './interleave.ts';

const connector = { kind: 'http', name: 'hook' };
const turn = (second: number): TurnView => ({
  ...{ turn_id: `t${second}`, seq: second, at: timeOf(second), session_id: 's', generation: 1, connector },
  ...{ event: { id: `e${second}`, type: 'x' }, reply_targets: [] },
});
const output = (second: number): OutputView => ({
  ...{ output_id: `o${second}`, session_id: 's', at: timeOf(second), output: {}, state: 'local', deliveries: [] },
});
const timeOf = (second: number) => `2026-01-31T12:00:${String(second).padStart(2, '0')}.000Z`;
const ids = (said: ReturnType<typeof interleave>) =>
  said.sayings.map((each) => ('turn' in each ? each.turn.turn_id : each.output.output_id));

describe('interleave', () => {
  it('puts both sides in the order of time, a turn before the answer of the same moment', () => {
    const turns = { items: [turn(5), turn(3), turn(1)], hasNextPage: false };
    const outputs = { items: [output(6), output(3)], hasNextPage: false };
    expect(ids(interleave(turns, outputs))).toEqual(['t1', 't3', 'o3', 't5', 'o6']);
  });

  it('leaves out what stands before a gap, and says which side to read for it', () => {
    const turns = { items: [turn(9), turn(1)], hasNextPage: false };
    const outputs = { items: [output(8), output(7)], hasNextPage: true };
    const said = interleave(turns, outputs);
    expect(ids(said)).toEqual(['o7', 'o8', 't9']);
    expect(said.older).toEqual({ turns: false, outputs: true });
  });

  it('reads on that side first which is complete for the shorter time', () => {
    const turns = { items: [turn(9), turn(5)], hasNextPage: true };
    const outputs = { items: [output(8), output(2)], hasNextPage: true };
    const said = interleave(turns, outputs);
    expect(ids(said)).toEqual(['t5', 'o8', 't9']);
    expect(said.older).toEqual({ turns: true, outputs: false });
  });
});
