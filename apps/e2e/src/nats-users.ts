import { createNames, permissionsOf, renderNatsConfig, userOf, type Role } from '@trunkline/bus';

const anything = { publish: { allow: ['>'] }, subscribe: { allow: ['>'] } };
const passwordOf = (user: string) => `${user} of the test`;

/** The configuration of a server that knows these roles and lets whoever names no user, as the test itself, do anything. */
export function usersConfig(roles: readonly (Role | undefined)[]): string {
  const names = createNames('tl');
  const known = new Map(roles.flatMap((role) => (role ? [[userOf(role), role] as const] : [])));
  const users = [...known].map(([user, role]) => ({
    ...{ user, password: passwordOf(user) },
    permissions: permissionsOf(role, names),
  }));
  const test = { user: 'test', password: passwordOf('test'), permissions: anything };
  return `${renderNatsConfig([...users, test])}no_auth_user: test\n`;
}

/** What the process of a role connects with. */
export function credentialsOf(role: Role): Record<string, string> {
  const user = userOf(role);
  return { NATS_USER: user, NATS_PASSWORD: passwordOf(user) };
}
