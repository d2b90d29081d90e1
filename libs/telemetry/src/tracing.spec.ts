import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parseTraceparent, traceparentOf } from './traceparent.ts';
import { activeSpan, inTrace, startSpan, withSpan } from './tracing.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';

describe('parseTraceparent', () => {
  it.each([
    { text: `00-${trace}-${span}-01`, sampled: true, because: 'sampled' },
    { text: `00-${trace}-${span}-00`, sampled: false, because: 'not sampled' },
    { text: `00-${trace}-${span}-03`, sampled: true, because: 'other flags do not matter' },
    { text: `cc-${trace}-${span}-01-what-the-future-adds`, sampled: true, because: 'a later version may add fields' },
  ])('reads $text: $because', ({ text, sampled }) => {
    expect(parseTraceparent(text)).toEqual({ traceId: trace, spanId: span, sampled });
  });

  it.each([
    { text: undefined, because: 'absent' },
    { text: `00-${trace}-${span}-01-more`, because: 'version 00 has four fields' },
    { text: `ff-${trace}-${span}-01`, because: 'version ff is forbidden' },
    { text: `00-${'0'.repeat(32)}-${span}-01`, because: 'no trace' },
    { text: `00-${trace}-${'0'.repeat(16)}-01`, because: 'no span' },
    { text: `00-${trace.toUpperCase()}-${span}-01`, because: 'upper case is not allowed' },
    { text: `00-${trace}-${span}-01\n`, because: 'a line end' },
    { text: `00-${trace}-${span}`, because: 'no flags' },
  ])('does not take $text: $because', ({ text }) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

describe('a span without a collector', () => {
  it('continues the trace of its parent under an id of its own', () => {
    const child = startSpan('x', { parent: `00-${trace}-${span}-00` });
    expect(child).toMatchObject({ traceId: trace, sampled: false });
    expect(child.spanId).not.toBe(span);
    expect(parseTraceparent(traceparentOf(child))).toEqual({ traceId: trace, spanId: child.spanId, sampled: false });
  });

  it('begins a new trace when its parent cannot be read', () => {
    const spans = Array.from({ length: 2000 }, () => startSpan('x', { parent: 'nonsense' }));
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2000);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(2000);
    for (const each of spans) expect(parseTraceparent(traceparentOf(each))).toBeDefined();
  });

  it('is active for the work inside it, over awaits and side by side', async () => {
    await withSpan('outer', {}, async (outer) => {
      const inner = (ms: number) =>
        withSpan('inner', {}, async (own) => {
          await delay(ms);
          expect(activeSpan()).toBe(own);
          expect(own.traceId).toBe(outer.traceId);
        });
      await Promise.all([inner(10), inner(1)]);
      expect(activeSpan()).toBe(outer);
    });
    expect(activeSpan()).toBeUndefined();
  });
});

describe('work in a trace that began elsewhere', () => {
  it('is the parent of the spans in it', () => {
    const child = inTrace(`00-${trace}-${span}-00`, () => {
      expect(activeSpan()).toMatchObject({ traceId: trace, spanId: span });
      return startSpan('x');
    });
    expect(child).toMatchObject({ traceId: trace, sampled: false });
    expect(activeSpan()).toBeUndefined();
  });

  it('goes on without one', () => {
    expect(inTrace(undefined, activeSpan)).toBeUndefined();
  });
});
