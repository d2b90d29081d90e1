import type { Command } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, wholeNumber, type CommandShared } from './command-shared.ts';
import { printRows } from './terminal.ts';

interface AuditFlags {
  operation?: string;
  by?: string;
  kind?: string;
  name?: string;
  limit: number;
}

/** `trunkline audit`. */
export function addAudit(program: Command, shared: CommandShared): void {
  program
    .command('audit')
    .description('who changed what in the last 30 days, newest first')
    .option('--operation <id>', 'only this operation, such as putConnector')
    .option('--by <name>', 'only by this token')
    .option('--kind <kind>', 'only connectors of this kind')
    .option('--name <name>', 'only connectors of this name')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .addHelpText('after', '\nExample: trunkline audit --operation createToken --limit 10')
    .action(({ limit, ...filter }: AuditFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const read = async (page: object) => (await control.call('listAudit', { query: { ...filter, ...page } })).body;
        const records = await allPages(read, limit);
        if (terminal.json) return printRows(records, [], terminal);
        const rows = records.map(({ at, operation, by, target, changes }) => ({
          at,
          by: by.name,
          operation,
          target: Object.values(target).join('/'),
          changed: changes.map(({ field }) => field).join(', '),
        }));
        printRows(rows, ['at', 'by', 'operation', 'target', 'changed'], terminal);
      }),
    );
}
