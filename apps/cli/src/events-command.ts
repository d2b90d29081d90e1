import { feedKinds, type EventSummary } from '@trunkline/control-api';
import { connectorKinds, type ConnectorKind } from '@trunkline/events';
import { Argument, Option, type Command } from 'commander';
import { allPages } from './all-pages.ts';
import { isoTime, onControl, wholeNumber, type CommandShared } from './command-shared.ts';
import { eventsTail, type TailFlags } from './events-tail.ts';
import { printDocument, printRows } from './terminal.ts';
import { trafficQuery, withConnectorFlags, withTrafficFlags, type TrafficFlags } from './traffic-flags.ts';

const outcomes = ['accepted', 'rejected', 'ignored', 'dead'] as const;

interface ListFlags extends TrafficFlags {
  outcome?: (typeof outcomes)[number][];
  conversation?: string;
}

/** `trunkline events`. */
export function addEvents(program: Command, shared: CommandShared): void {
  const events = program.command('events').description('what came in');
  withConnectorFlags(events.command('tail'))
    .description('show what happens, as it happens')
    .addOption(new Option('--what <what...>', 'events and more').choices(feedKinds).default(['event']))
    .option('--session <id>', 'only of this session')
    .option('--since <time>', 'begin at this ISO time instead of now', isoTime)
    .option('--count <number>', 'end after so many', wholeNumber)
    .addHelpText('after', '\nExample: trunkline events tail --what event turn delivery --kind slack')
    .action((flags: TailFlags) =>
      onControl(shared, (context) => eventsTail(flags, { ...context, signal: shared.signal })),
    );
  addList(events, shared);
  addGet(events, shared);
  addReplay(events, shared);
}

function addList(events: Command, shared: CommandShared): void {
  withTrafficFlags(events.command('list'))
    .description('events of the last 30 days and what became of them, newest first')
    .addOption(new Option('--outcome <outcome...>', 'only what became this').choices(outcomes))
    .option('--conversation <key>', 'only of this conversation; needs --kind and --name')
    .addHelpText('after', '\nExample: trunkline events list --outcome rejected dead --since 2026-01-31T12:00:00Z')
    .action(({ outcome, conversation, limit, ...flags }: ListFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = { ...trafficQuery(flags), outcome, conversation };
        const read = async (page: object) => (await control.call('listEvents', { query: { ...query, ...page } })).body;
        const found = await allPages(read, limit);
        if (terminal.json) return printRows(found, [], terminal);
        printRows(found.map(rowOf), ['at', 'outcome', 'connector', 'event_id', 'session', 'reason', 'text'], terminal);
      }),
    );
}

const rowOf = ({ at, outcome, connector, event_id, session_id, reason, text }: EventSummary) => ({
  at,
  outcome,
  connector: `${connector.kind}/${connector.name}`,
  event_id,
  session: session_id,
  reason: reason?.code,
  text: text?.replaceAll(/\s+/g, ' ').slice(0, 40),
});

const theKind = () => new Argument('<kind>', 'kind of its connector').choices(connectorKinds);

function addGet(events: Command, shared: CommandShared): void {
  events
    .command('get')
    .description('one event and what came of it: turn, outputs, deliveries, replays')
    .addArgument(theKind())
    .argument('<name>', 'name of its connector')
    .argument('<event_id>')
    .addHelpText('after', '\nExample: trunkline events get http webhook 0197a3c4')
    .action((kind: ConnectorKind, name: string, event_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        printDocument((await control.call('getEvent', { params: { kind, name, event_id } })).body, terminal);
      }),
    );
}

function addReplay(events: Command, shared: CommandShared): void {
  events
    .command('replay')
    .description('send a rejected or dead event once more; however often you ask, it becomes one turn')
    .addArgument(theKind())
    .argument('<name>', 'name of its connector')
    .argument('<event_id>')
    .option('--force', 'also one that was accepted')
    .addHelpText('after', '\nExample: trunkline events replay http webhook 0197a3c4')
    .action((...[kind, name, event_id, { force }]: [ConnectorKind, string, string, { force?: boolean }]) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = force ? ({ force: 'true' } as const) : {};
        const { body } = await control.call('replayEvent', { params: { kind, name, event_id }, query });
        if (terminal.json) return terminal.out(JSON.stringify(body));
        const came = body.turn_id ?? body.reason?.code ?? 'no router has judged it yet';
        terminal.out(`${body.event_id} is ${body.status} (${came}).`);
      }),
    );
}
