import { describe, expect, it } from 'vitest';
import { normalizeScopeList, scopeAllows, sessionPolicySchema } from './session-policy.ts';

describe('normalizeScopeList', () => {
  it.each([
    { list: [' b', 'a ', 'b', '', '  '], normal: ['a', 'b'], because: 'trimmed, sorted, without blanks and repeats' },
    { list: ['a', ' * '], normal: ['*'], because: 'a star leaves nothing to say' },
    { list: [' '], normal: [], because: 'blanks alone are no names' },
  ])('$because', ({ list, normal }) => {
    expect(normalizeScopeList(list)).toEqual(normal);
  });
});

describe('scopeAllows', () => {
  it.each([
    { lists: {}, allows: true, because: 'nothing is said' },
    { lists: { allow: [] }, allows: true, because: 'an empty list allows all' },
    { lists: { allow: ['a', 'b'] }, allows: true, because: 'listed' },
    { lists: { allow: ['b'] }, allows: false, because: 'not listed' },
    { lists: { allow: ['*'] }, allows: true, because: 'a star lists all' },
    { lists: { allow: ['a'], deny: ['a'] }, allows: false, because: 'a denial wins' },
    { lists: { allow: ['a'], deny: ['b'] }, allows: true, because: 'another one is denied' },
    { lists: { allow: ['a'], deny: ['*'] }, allows: false, because: 'all are denied' },
  ])('$allows: $because', ({ lists, allows }) => {
    expect(scopeAllows('a', lists)).toBe(allows);
  });
});

describe('sessionPolicySchema', () => {
  it('fills in the defaults and normalizes the lists', () => {
    expect(sessionPolicySchema.parse({ credential_scope: { route_allow: ['b', 'a', 'b'] } })).toEqual({
      create_if_missing: true,
      capability_scope: {},
      credential_scope: { route_allow: ['a', 'b'] },
    });
  });

  it('refuses a list that belongs to the other scope', () => {
    expect(sessionPolicySchema.safeParse({ capability_scope: { route_allow: [] } }).success).toBe(false);
  });
});
