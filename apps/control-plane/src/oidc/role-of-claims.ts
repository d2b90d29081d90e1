import { roles, type Role } from '@trunkline/control-api';

/** Which groups of the identity provider make an operator of which role. */
export interface RoleMapping {
  /** The claim that lists them; dots lead into objects: `realm_access.roles`. */
  claim: string;
  groups: Readonly<Record<Role, string | undefined>>;
}

/** The highest role that the claims give; `undefined` for somebody who has no business here. */
export function roleOfClaims(claims: object, { claim, groups }: RoleMapping): Role | undefined {
  const held = valuesAt(claims, claim);
  return roles.findLast((role) => groups[role] !== undefined && held.includes(groups[role]));
}

function valuesAt(claims: object, path: string): unknown[] {
  // Some providers name a claim by a URL, which has dots too.
  const direct: unknown = Reflect.get(claims, path);
  const value = direct ?? path.split('.').reduce<unknown>((place, name) => Reflect.get(Object(place), name), claims);
  return Array.isArray(value) ? value : [value];
}
