import { roles, type Role } from '@trunkline/control-api';
import { Option, type Command } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, seconds, type CommandShared } from './command-shared.ts';
import { printRows } from './terminal.ts';

/** `trunkline tokens`. */
export function addTokens(program: Command, shared: CommandShared): void {
  const tokens = program.command('tokens').description('who may call the control plane');
  addCreate(tokens, shared);
  tokens
    .command('list')
    .description('tokens, newest first; never the tokens themselves')
    .addHelpText('after', '\nExample: trunkline tokens list')
    .action(() =>
      onControl(shared, async ({ control, terminal }) => {
        const read = async (query: object) => (await control.call('listTokens', { query })).body;
        const rows = await allPages(read);
        printRows(rows, ['token_id', 'name', 'role', 'state', 'expires_at', 'created_at', 'created_by'], terminal);
      }),
    );
  tokens
    .command('revoke <token_id>')
    .description('refuse a token from now on')
    .addHelpText('after', '\nExample: trunkline tokens revoke 3f9ac81b20d4')
    .action((tokenId: string) =>
      onControl(shared, async ({ control, terminal }) => {
        await control.call('revokeToken', { params: { token_id: tokenId } });
        terminal.out(terminal.json ? JSON.stringify({ token_id: tokenId, state: 'revoked' }) : 'Revoked.');
      }),
    );
}

function addCreate(tokens: Command, shared: CommandShared): void {
  tokens
    .command('create <name>')
    .description('make a token; it is printed once, alone on its line')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--expires <duration>', 'end of its life, such as 90d; without it there is none', seconds)
    .addHelpText('after', '\nExample: trunkline tokens create ci --role viewer --expires 30d > ci.token')
    .action((name: string, flags: { role: Role; expires?: number }) =>
      onControl(shared, async ({ control, terminal }) => {
        const { role, expires: expires_in_seconds } = flags;
        const { body } = await control.call('createToken', { body: { name, role, expires_in_seconds } });
        if (terminal.json) return terminal.out(JSON.stringify(body));
        terminal.err(`Token ${body.token_id} with the role ${role}. Keep it: it is not shown again.`);
        terminal.out(body.token);
      }),
    );
}
