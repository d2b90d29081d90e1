import type { SessionSummary } from '@trunkline/control-api';
import { type Command, Option } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, wholeNumber, type CommandShared } from './command-shared.ts';
import { addSessionChanges } from './session-change-commands.ts';
import { printDocument, printRows } from './terminal.ts';
import { trafficQuery, withConnectorFlags, type TrafficFlags } from './traffic-flags.ts';

interface ListFlags extends Pick<TrafficFlags, 'kind' | 'name' | 'limit'> {
  persona?: string;
  state?: 'active' | 'ended';
  order: 'newest' | 'id';
}

/** `trunkline sessions`. */
export function addSessions(program: Command, shared: CommandShared): void {
  const sessions = program.command('sessions').description('sessions, their turns and outputs');
  addList(sessions, shared);
  sessions
    .command('get <session_id>')
    .description('one session with the keys that lead to it')
    .addHelpText('after', '\nExample: trunkline sessions get support-42')
    .action((session_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        printDocument((await control.call('getSession', { params: { session_id } })).body, terminal);
      }),
    );
  addTurns(sessions, shared);
  addOutputs(sessions, shared);
  addSessionChanges(sessions, shared);
}

function addList(sessions: Command, shared: CommandShared): void {
  withConnectorFlags(sessions.command('list'))
    .description('sessions, those that were made, changed or used last first')
    .option('--persona <id>', 'only of this persona')
    .addOption(new Option('--state <state>', 'only these').choices(['active', 'ended']))
    .addOption(new Option('--order <order>', 'newest first, or by id').choices(['newest', 'id']).default('newest'))
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .addHelpText('after', '\nExample: trunkline sessions list --kind slack --state active')
    .action(({ persona: persona_id, state, order, limit, ...flags }: ListFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = { ...trafficQuery(flags), persona_id, state, order };
        const read = async (page: object) =>
          (await control.call('listSessions', { query: { ...query, ...page } })).body;
        const found = await allPages(read, limit);
        if (terminal.json) return printRows(found, [], terminal);
        printRows(
          found.map(rowOf),
          ['session_id', 'state', 'generation', 'connector', 'persona', 'last_turn_at'],
          terminal,
        );
      }),
    );
}

const rowOf = ({ session_id, state, generation, connector, persona_id, last_turn_at }: SessionSummary) => ({
  session_id,
  state,
  generation,
  connector: connector && `${connector.kind}/${connector.name}`,
  persona: persona_id,
  last_turn_at,
});

const shown = 80;
const oneLine = (text: unknown) =>
  typeof text === 'string' ? text.replaceAll(/\s+/g, ' ').slice(0, shown) : undefined;

function addTurns(sessions: Command, shared: CommandShared): void {
  sessions
    .command('turns <session_id>')
    .description('its turns of the last 30 days, newest first')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .addHelpText('after', '\nExample: trunkline sessions turns support-42 --limit 10')
    .action((session_id: string, { limit }: { limit: number }) =>
      onControl(shared, async ({ control, terminal }) => {
        const read = async (query: object) => (await control.call('listTurns', { params: { session_id }, query })).body;
        const turns = await allPages(read, limit);
        if (terminal.json) return printRows(turns, [], terminal);
        const rows = turns.map(({ at, turn_id, generation, connector, event }) => ({
          at,
          turn_id,
          generation,
          connector: `${connector.kind}/${connector.name}`,
          type: event.type,
        }));
        printRows(rows, ['at', 'turn_id', 'generation', 'connector', 'type'], terminal);
      }),
    );
}

function addOutputs(sessions: Command, shared: CommandShared): void {
  sessions
    .command('outputs <session_id>')
    .description('its outputs of the last 7 days with their deliveries, newest first')
    .option('--limit <number>', 'at most so many', wholeNumber, 50)
    .addHelpText('after', '\nExample: trunkline sessions outputs support-42')
    .action((session_id: string, { limit }: { limit: number }) =>
      onControl(shared, async ({ control, terminal }) => {
        const read = async (query: object) =>
          (await control.call('listOutputs', { params: { session_id }, query })).body;
        const outputs = await allPages(read, limit);
        if (terminal.json) return printRows(outputs, [], terminal);
        const rows = outputs.map(({ at, output_id, state, deliveries, output }) => ({
          at,
          output_id,
          state,
          deliveries: deliveries.map((delivery) => delivery.state).join(', '),
          text: oneLine(output['content']),
        }));
        printRows(rows, ['at', 'output_id', 'state', 'deliveries', 'text'], terminal);
      }),
    );
}
