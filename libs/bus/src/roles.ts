import { token } from './token.ts';

/** A process as the bus sees it: what it may do follows from this alone. */
export type Role =
  | { process: 'gateway'; kind: string }
  | { process: 'session-router' }
  | { process: 'control-plane' }
  | { process: 'cli' }
  /** Workers of one group of a consumer. */
  | { process: 'consumer'; group: string };

/** Workers of this group route outputs: every session router is one. Part of the wire. */
export const routerGroup = 'reply-routing';

const gatewayName = /^([a-z][a-z0-9_]*)-gateway$/;
const consumerName = /^consumer-(.+)$/;

/** The name of a role's NATS user; `roleOf` reads it. A group's name becomes a token in it. */
export function userOf(role: Role): string {
  if (role.process === 'gateway') return `${token(role.kind)}-gateway`;
  if (role.process === 'consumer') return `consumer-${token(role.group)}`;
  return role.process;
}

/** The role of a process or user of this name, such as `slack-gateway` or `consumer-agents`. `undefined` where it is none. */
export function roleOf(name: string): Role | undefined {
  if (name === 'session-router' || name === 'control-plane' || name === 'cli') return { process: name };
  const kind = gatewayName.exec(name)?.[1];
  if (kind !== undefined) return { process: 'gateway', kind };
  const group = consumerName.exec(name)?.[1];
  return group === undefined ? undefined : { process: 'consumer', group };
}

/** The processes of an installation whose gateways are of these kinds. */
export const rolesOf = (kinds: readonly string[]): Role[] => [
  ...kinds.map((kind): Role => ({ process: 'gateway', kind })),
  { process: 'session-router' },
  { process: 'control-plane' },
  { process: 'cli' },
];
