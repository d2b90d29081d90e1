import { createGroup, deleteGroup, inboxPrefixOf, listGroups, renderNatsUser } from '@trunkline/bus';
import { connectorKinds } from '@trunkline/events';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { wholeNumber, type CommandShared } from './command-shared.ts';
import { withBus } from './connect.ts';
import { CommandFailed } from './exit-codes.ts';
import { printUsers, userFor } from './permissions-command.ts';
import { printRows } from './terminal.ts';

/** `trunkline groups`. */
export function addGroups(program: Command, shared: CommandShared): void {
  const groups = program.command('groups').description('groups of consumers: each sees every turn');
  addCreate(groups, shared);
  groups
    .command('list')
    .description('groups that were made, with what waits for their plain NATS clients')
    .addHelpText('after', '\nExample: trunkline groups list')
    .action(() =>
      withBus(shared.globals(), async (bus) =>
        printRows(await listGroups(bus), ['name', 'created_at', 'waiting', 'unacknowledged'], shared.terminal()),
      ),
    );
  groups
    .command('delete <name>')
    .description('remove a group with its progress and the state of its sessions; stop its workers first')
    .addHelpText('after', '\nExample: trunkline groups delete agents')
    .action((name: string) =>
      withBus(shared.globals(), async (bus) => {
        const terminal = shared.terminal();
        if (!(await deleteGroup(name, bus)))
          throw new CommandFailed(`There is no group ${name}.`, { exit: 'not_found' });
        terminal.out(terminal.json ? JSON.stringify({ name, state: 'deleted' }) : 'Deleted.');
      }),
    );
}

function addCreate(groups: Command, shared: CommandShared): void {
  groups
    .command('create')
    .argument('<name>', 'letters, digits, _ and -, at most 40', groupName)
    .description('make what the group needs beforehand, and print its NATS user')
    .addOption(
      new Option('--start <where>', 'where plain NATS clients begin').choices(['oldest', 'newest']).default('newest'),
    )
    .option(
      '--in-flight <count>',
      'turns that plain NATS clients get at a time; above 1 they lose order',
      wholeNumber,
      1,
    )
    .addHelpText('after', '\nExample: trunkline groups create agents')
    .action((name: string, { start, inFlight }: { start: 'oldest' | 'newest'; inFlight: number }) =>
      withBus(shared.globals(), async (bus) => {
        const terminal = shared.terminal();
        const outcome = await createGroup({ name, start, inFlight }, bus);
        if (outcome === 'exists') terminal.err(`The group ${name} is there already.`);
        const user = userFor({ process: 'consumer', group: name }, shared.globals().prefix);
        if (terminal.json) return printUsers([user], terminal);
        terminal.err(
          `For the users in nats-server's configuration; its answers arrive at ${inboxPrefixOf(user.user)}.>`,
        );
        terminal.out(renderNatsUser(user));
      }),
    );
}

/** Safe as a subject token and as a part of a user's name, and nobody else's part of the bucket `state`. */
function groupName(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(text)) throw new InvalidArgumentError('Use letters, digits, _ and -, at most 40.');
  if (connectorKinds.some((kind) => kind === text))
    throw new InvalidArgumentError('Gateways of this kind use the name.');
  return text;
}
