import { describe, expect, it } from 'vitest';
import { bearerToken, equalInConstantTime, queryOf, repeatedHeader } from './request-headers.ts';

describe('repeatedHeader', () => {
  const security = ['authorization', 'webhook-signature'];

  it.each([
    {
      rawHeaders: ['Authorization', 'a', 'Accept', '*', 'accept', '*'],
      found: undefined,
      because: 'others may repeat',
    },
    { rawHeaders: ['Authorization', 'a', 'authorization', 'b'], found: 'authorization', because: 'names ignore case' },
    {
      rawHeaders: ['Webhook-Signature', 'a', 'Host', 'x', 'Webhook-Signature', 'a'],
      found: 'webhook-signature',
      because: 'equal values too',
    },
    { rawHeaders: ['X', 'authorization', 'Y', 'authorization'], found: undefined, because: 'values are not names' },
  ])('finds $found: $because', ({ rawHeaders, found }) => {
    expect(repeatedHeader({ rawHeaders }, security)).toBe(found);
  });
});

it.each([
  { authorization: 'Bearer abc', token: 'abc' },
  { authorization: 'bearer  abc', token: 'abc' },
  { authorization: 'Basic abc', token: undefined },
  { authorization: 'Bearer ', token: undefined },
  { authorization: undefined, token: undefined },
])('reads the bearer token $token from "$authorization"', ({ authorization, token }) => {
  expect(bearerToken({ headers: { ...(authorization && { authorization }) } })).toBe(token);
});

it('compares secrets of any lengths', () => {
  expect(equalInConstantTime('s3cret', 's3cret')).toBe(true);
  expect(equalInConstantTime('s3cret', 's3creT')).toBe(false);
  expect(equalInConstantTime('s3cret', '')).toBe(false);
});

it('reads the query of a URL, and none where there is none', () => {
  expect(queryOf({ url: '/a?b=1&c=%20' }).get('c')).toBe(' ');
  expect([...queryOf({ url: '/a' })]).toEqual([]);
});
