import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  );
}

describe('canonicalJson', () => {
  it.each([
    { value: { b: 1, a: [true, null, 'x'] }, text: '{"a":[true,null,"x"],"b":1}', because: 'keys are sorted' },
    {
      value: { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 },
      text: '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
      because: 'the order is that of UTF-16 units (RFC 8785, 3.2.3)',
    },
    {
      value: [333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0],
      text: '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
      because: 'numbers are written as ECMAScript does (RFC 8785, 3.2.2.3)',
    },
    {
      value: '\u20ac$\u000f\nA\'B"\\\\"/',
      text: '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
      because: 'only what must be escaped is',
    },
    { value: { a: undefined, b: [undefined] }, text: '{"b":[null]}', because: 'undefined is left out as in JSON' },
    {
      value: JSON.parse('{"__proto__":{"a":1}}') as unknown,
      text: '{"__proto__":{"a":1}}',
      because: 'it is a key as any other',
    },
    {
      value: Object.assign(Object.create(null) as object, { a: 1 }),
      text: '{"a":1}',
      because: 'an object without prototype is plain',
    },
  ])('$because', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    { value: [Number.NaN], because: 'not finite' },
    { value: { a: Number.POSITIVE_INFINITY }, because: 'not finite' },
    { value: '\ud800', because: 'half a surrogate pair' },
    { value: { '\udc00': 1 }, because: 'half a surrogate pair as a key' },
    { value: new Date(0), because: 'an instance would lose its value in silence' },
    { value: 1n, because: 'no JSON type' },
  ])('refuses $value: $because', ({ value }) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('does not depend on the order of keys, and changes no value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
