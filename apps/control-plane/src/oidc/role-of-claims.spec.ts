import { describe, expect, it } from 'vitest';
import { roleOfClaims } from './role-of-claims.ts';

const groups = { admin: 'ops-admin', operator: 'ops', viewer: undefined };

describe('roleOfClaims', () => {
  it.each([
    { claim: 'groups', claims: { groups: ['ops', 'ops-admin'] }, role: 'admin', because: 'the highest counts' },
    { claim: 'groups', claims: { groups: ['ops'] }, role: 'operator', because: 'he is in that group' },
    { claim: 'groups', claims: { groups: 'ops' }, role: 'operator', because: 'one group may come as text' },
    { claim: 'groups', claims: { groups: ['Ops', 'ops '] }, role: undefined, because: 'names are compared exactly' },
    { claim: 'groups', claims: { groups: 'ops-admin,ops' }, role: undefined, because: 'a text is one name' },
    { claim: 'groups', claims: {}, role: undefined, because: 'no viewer group is set: nothing is not it' },
    { claim: 'groups', claims: { groups: [undefined, null] }, role: undefined, because: 'nothing is no group' },
    { claim: 'realm.roles', claims: { realm: { roles: ['ops'] } }, role: 'operator', because: 'dots lead inside' },
    {
      claim: 'https://a.b/roles',
      claims: { 'https://a.b/roles': ['ops'] },
      role: 'operator',
      because: 'a URL names it',
    },
  ])('$claims by $claim: $role, $because', ({ claim, claims, role }) => {
    expect(roleOfClaims(claims, { claim, groups })).toBe(role);
  });
});
