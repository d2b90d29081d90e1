import type { Command } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, type CommandShared } from './command-shared.ts';
import { printRows } from './terminal.ts';

/** `trunkline grants`. */
export function addGrants(program: Command, shared: CommandShared): void {
  const grants = program.command('grants').description('secrets that child processes of sidecars may lease');
  grants
    .command('list')
    .description('grants of running children')
    .addHelpText('after', '\nExample: trunkline grants list')
    .action(() =>
      onControl(shared, async ({ control, terminal }) => {
        const views = await allPages(async (query) => (await control.call('listGrants', { query })).body);
        if (terminal.json) return printRows(views, [], terminal);
        const rows = views.map((view) => ({ ...view, keys: Object.keys(view.keys).join(', ') }));
        printRows(rows, ['kind', 'connector', 'grant_id', 'keys', 'issued_at', 'expires_at'], terminal);
      }),
    );
  grants
    .command('revoke <connector>')
    .description('let the child of a connector lease no secret until it is started again')
    .option('--kind <kind>', 'kind of the connector', 'external')
    .addHelpText('after', '\nExample: trunkline grants revoke discord-main')
    .action((connector: string, { kind }: { kind: string }) =>
      onControl(shared, async ({ control, terminal }) => {
        await control.call('revokeGrant', { params: { kind, connector } });
        terminal.out(terminal.json ? JSON.stringify({ kind, connector, state: 'revoked' }) : 'Revoked.');
      }),
    );
}
