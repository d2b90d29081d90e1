import { expect, it } from 'vitest';
import { readHeaders } from './read-headers.ts';

it.each([
  { text: '', headers: {} },
  { text: 'Authorization: Bearer a:b\n\n', headers: { authorization: ['Bearer a:b'] } },
  { text: ' X-A :1\r\nx-a: 2', headers: { 'x-a': ['1', '2'] } },
])('reads $text', ({ text, headers }) => {
  expect(readHeaders(text)).toEqual({ ok: true, headers });
});

it('says which line is none', () => {
  expect(readHeaders('a: 1\nBearer x')).toEqual({ ok: false, problem: 'Line 2: write Name: value.' });
});
