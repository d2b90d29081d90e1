import {
  createNames,
  permissionsOf,
  renderNatsConfig,
  roleOf,
  rolesOf,
  userOf,
  type NatsUser,
  type Role,
} from '@trunkline/bus';
import { connectorKinds } from '@trunkline/events';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandShared } from './command-shared.ts';
import type { Terminal } from './terminal.ts';

interface Flags {
  role?: Role;
  format: 'nats' | 'json';
}

/** `trunkline bus permissions`. */
export function addPermissions(bus: Command, { globals, terminal }: Pick<CommandShared, 'globals' | 'terminal'>): void {
  bus
    .command('permissions')
    .description('print the NATS users of an installation with what each may do; asks no server')
    .option('--role <name>', 'only this one: a process such as slack-gateway, or consumer-<group>', readRole)
    .addOption(
      new Option('--format <format>', 'for nats-server, or for programs').choices(['nats', 'json']).default('nats'),
    )
    .addHelpText(
      'after',
      '\nExample: trunkline bus permissions > users.conf\n\nnats-server reads the passwords from its environment, such as NATS_PASSWORD_SLACK_GATEWAY: a letter, then letters and digits.',
    )
    .action(({ role, format }: Flags) => {
      const users = (role ? [role] : rolesOf(connectorKinds)).map((each) => userFor(each, globals().prefix));
      if (format === 'json' || terminal().json) return printUsers(users, terminal());
      terminal().out(renderNatsConfig(users).trimEnd());
    });
}

/** The NATS user of a role, its password in the environment of nats-server. */
export function userFor(role: Role, prefix: string): NatsUser {
  const user = userOf(role);
  return { user, password: { env: passwordVariable(user) }, permissions: permissionsOf(role, createNames(prefix)) };
}

/** Users as JSON documents, without their passwords. */
export function printUsers(users: readonly NatsUser[], terminal: Terminal): void {
  for (const { user, permissions } of users) terminal.out(JSON.stringify({ user, permissions }));
}

const passwordVariable = (user: string) => `NATS_PASSWORD_${user.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

function readRole(name: string): Role {
  const role = roleOf(name);
  if (role) return role;
  const known = [...rolesOf(connectorKinds).map(userOf), 'consumer-<group>'];
  throw new InvalidArgumentError(`Give one of ${known.join(', ')}.`);
}
