import { describe, expect, it } from 'vitest';
import { planFaults } from './fault-plan.ts';

const options = { seed: 7, events: 20_000, victims: ['router', 'gateway', 'consumer'], longPauses: true };

describe('planFaults', () => {
  it('gives the same schedule for the same seed, and another one for another seed', () => {
    expect(planFaults(options)).toEqual(planFaults(options));
    expect(planFaults({ ...options, seed: 8 })).not.toEqual(planFaults(options));
  });

  it('has each sort of fault and each victim, in the order of progress, while there is progress to come', () => {
    const plan = planFaults(options);
    expect(new Set(plan.map(({ what }) => what))).toEqual(new Set(['kill', 'pause', 'restart_server']));
    expect(new Set(plan.flatMap((fault) => ('victim' in fault ? fault.victim : [])))).toEqual(new Set(options.victims));
    expect(plan.map(({ at }) => at)).toEqual(plan.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(plan.at(-1)?.at).toBeLessThan(options.events * 2);
  });

  it('has a kill, a freeze and a restart of the server even where there are three faults only', () => {
    const plan = planFaults({ ...options, count: 3 });
    expect(plan.map(({ what }) => what).sort()).toEqual(['kill', 'pause', 'restart_server']);
  });
});
