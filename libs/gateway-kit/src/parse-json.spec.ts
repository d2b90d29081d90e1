import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const parse = (text: string) => parseJson(Buffer.from(text));

describe('parseJson', () => {
  it.each([
    { text: '{"a":1,"a":2}', value: { a: 2 }, because: 'the last of two equal keys wins' },
    { text: '\ufeff{"a":1}', value: { a: 1 }, because: 'a byte order mark is skipped' },
    { text: '{"a":"__proto__"}', value: { a: '__proto__' }, because: 'only keys are dangerous' },
    {
      text: '{"constructor":"Ford"}',
      value: { constructor: 'Ford' },
      because: 'a constructor without a prototype is a word',
    },
    {
      text: `{"a":"${'['.repeat(100)}\\"["}`,
      value: { a: `${'['.repeat(100)}"[` },
      because: 'brackets in a string have no depth',
    },
    { text: nested(64), value: JSON.parse(nested(64)), because: '64 levels are allowed' },
    {
      text: `[${Array(200).fill('[]').join(',')}]`,
      value: [...Array(200)].map(() => []),
      because: 'breadth is not depth',
    },
  ])('reads $text: $because', ({ text, value }) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    { text: '{"a":', because: 'it ends too early' },
    { text: '', because: 'it is empty' },
    { text: nested(65), because: '65 levels are too deep' },
    { text: '{"a":'.repeat(1_000_000), because: 'it would exhaust a stack' },
    { text: '{"__proto__":{"admin":true}}', because: 'the key reaches the prototype' },
    { text: '{"a":[{"__proto__":null}]}', because: 'it does so at any depth' },
    { text: '{"\\u005f_proto__":{"admin":true}}', because: 'an escape hides it' },
    { text: '{"constructor":{"prototype":{"admin":true}}}', because: 'this is the longer way there' },
    { text: '{"\\u0063onstructor":{"prototype":{}}}', because: 'an escape hides the longer way' },
  ])('refuses $text: $because', ({ text }) => {
    const read = parse(text);
    expect(read).toMatchObject({ ok: false, problem: { status: 400, code: 'body_invalid' } });
    expect(JSON.stringify(read)).not.toContain('admin');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ ok: false, problem: { code: 'body_invalid' } });
  });
});
