import { describe, expect, it } from 'vitest';
import { createReconnectPause } from './reconnect-pause.ts';

const middle = () => 0.5;

describe('createReconnectPause', () => {
  it('replaces nearly at once, then ever later, and anew after a connection that was well', () => {
    const pause = createReconnectPause(middle);
    const pauses = [0, 0, 0, 0, 0, 0, 0, 0].map((wellForMs) => pause.next({ wellForMs }));
    expect(pauses).toEqual([100, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(pause.next({ wellForMs: 60_000 })).toBe(100);
  });

  it('varies, so that replicas do not come together', () => {
    expect(createReconnectPause(() => 0).next({ wellForMs: 0 })).toBe(50);
    expect(createReconnectPause(() => 1).next({ wellForMs: 0 })).toBe(150);
  });
});
