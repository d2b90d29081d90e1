import { describe, expect, it } from 'vitest';
import { createSidecarLines } from './sidecar-lines.ts';

describe('the lines of a sidecar', () => {
  const now = () => Date.parse('2026-01-02T03:04:05.678Z');

  it('are those of its connector, oldest first, with the time and without colours', () => {
    const lines = createSidecarLines({ now });
    lines.add('one', 'stdout', '\u001b[31mred\u001b[0m');
    lines.add('two', 'stderr', 'other');
    lines.add('one', 'gateway', 'next');
    expect(lines.of('one')).toEqual([
      { at: '2026-01-02T03:04:05.678Z', from: 'stdout', line: 'red' },
      { at: '2026-01-02T03:04:05.678Z', from: 'gateway', line: 'next' },
    ]);
    lines.forget('one');
    expect(lines.of('one')).toEqual([]);
  });

  it('are the last 200, and fewer when they are long', () => {
    const lines = createSidecarLines({ now });
    for (let n = 1; n <= 250; n++) lines.add('one', 'stdout', `line ${n}`);
    expect([lines.of('one').length, lines.of('one')[0]?.line]).toEqual([200, 'line 51']);
    for (let n = 1; n <= 250; n++) lines.add('one', 'stdout', '\u0001'.repeat(9_000));
    const bytes = Buffer.byteLength(JSON.stringify(lines.of('one')));
    expect(bytes).toBeLessThan(300 * 1024);
    expect(bytes).toBeGreaterThan(200 * 1024);
  });
});
