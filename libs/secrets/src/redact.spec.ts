import { expect, it } from 'vitest';
import { redact } from './redact.ts';
import { secretOf } from './secret.ts';

const token = '123:aB"c/+é';

it.each([
  { text: `bad token ${token}!`, because: 'as it is' },
  { text: `GET /bot${encodeURIComponent(token)}/getMe`, because: 'in a URL' },
  { text: JSON.stringify({ token }), because: 'in JSON' },
  { text: `Basic ${Buffer.from(token).toString('base64')}`, because: 'in base64' },
])('masks a value $because', ({ text }) => {
  const masked = redact(text, [secretOf(token), secretOf('')]);
  expect(masked).toContain('[secret]');
  expect(masked).not.toMatch(/123|aB|MTIz/);
});

it('masks the longer of two values that begin alike as one', () => {
  expect(redact('x abcdef y abc', [secretOf('abc'), secretOf('abcdef')])).toBe('x [secret] y [secret]');
});
