import { deliveryStates, type DeliverySummary } from '@trunkline/control-api';
import { Option, type Command } from 'commander';
import { allPages } from './all-pages.ts';
import { onControl, type CommandShared } from './command-shared.ts';
import { replayBulk, type BulkFlags } from './replay-bulk.ts';
import { printDocument, printRows } from './terminal.ts';
import { trafficQuery, withTrafficFlags, type TrafficFlags } from './traffic-flags.ts';

type State = (typeof deliveryStates)[number];

interface ListFlags extends TrafficFlags {
  state?: State[];
  turn?: string;
  target?: string;
  unresolved?: boolean;
}

/** `trunkline deliveries`. */
export function addDeliveries(program: Command, shared: CommandShared): void {
  const deliveries = program.command('deliveries').description('what goes out');
  addList(deliveries, shared);
  addGet(deliveries, shared);
  addReplay(deliveries, shared);
  addByHand(deliveries, shared);
  addBulk(deliveries, shared);
}

function addList(deliveries: Command, shared: CommandShared): void {
  withTrafficFlags(deliveries.command('list'))
    .description('deliveries under way or settled in the last 48 h, newest first')
    .addOption(new Option('--state <state...>', 'only these states').choices(deliveryStates))
    .option('--turn <id>', 'only of this turn')
    .option('--target <id>', 'only to this target')
    .option('--unresolved', 'without what somebody has resolved')
    .addHelpText('after', '\nExample: trunkline deliveries list --state dead unknown')
    .action(({ state, turn: turn_id, target: target_id, unresolved, limit, ...flags }: ListFlags) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = {
          ...trafficQuery(flags),
          state,
          turn_id,
          target_id,
          ...(unresolved && ({ unresolved: 'true' } as const)),
        };
        const read = async (page: object) =>
          (await control.call('listDeliveries', { query: { ...query, ...page } })).body;
        const found = await allPages(read, limit);
        if (terminal.json) return printRows(found, [], terminal);
        const columns = ['delivery_id', 'state', 'connector', 'session', 'attempts', 'reason', 'created_at'] as const;
        printRows(found.map(rowOf), [...columns], terminal);
      }),
    );
}

const rowOf = (delivery: DeliverySummary) => ({
  delivery_id: delivery.delivery_id,
  state: delivery.state,
  connector: `${delivery.connector.kind}/${delivery.connector.name}`,
  session: delivery.session_id,
  attempts: delivery.attempt_count,
  reason: delivery.reason?.code,
  created_at: delivery.created_at,
});

function addGet(deliveries: Command, shared: CommandShared): void {
  deliveries
    .command('get <delivery_id>')
    .description('one delivery with its attempts and steps')
    .addHelpText('after', '\nExample: trunkline deliveries get dlv_0YqwT4gUQNBCvdTY9rq2hV')
    .action((delivery_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        printDocument((await control.call('getDelivery', { params: { delivery_id } })).body, terminal);
      }),
    );
}

function addReplay(deliveries: Command, shared: CommandShared): void {
  deliveries
    .command('replay <delivery_id>')
    .description('queue a settled delivery again, with the same idempotency keys')
    .option('--fresh', 'start over with new keys: what arrived already is sent again')
    .addHelpText('after', '\nExample: trunkline deliveries replay dlv_0YqwT4gUQNBCvdTY9rq2hV')
    .action((delivery_id: string, { fresh }: { fresh?: boolean }) =>
      onControl(shared, async ({ control, terminal }) => {
        const query = fresh ? ({ fresh: 'true' } as const) : {};
        const { body } = await control.call('replayDelivery', { params: { delivery_id }, query });
        terminal.out(terminal.json ? JSON.stringify(body) : `Queued again (replay ${body.replay}).`);
      }),
    );
}

function addByHand(deliveries: Command, shared: CommandShared): void {
  deliveries
    .command('resolve <delivery_id>')
    .description('note that you have dealt with one that is dead, expired or unknown')
    .requiredOption('--reason <text>', 'what you did')
    .addHelpText(
      'after',
      '\nExample: trunkline deliveries resolve dlv_0YqwT4gUQNBCvdTY9rq2hV --reason "told them by phone"',
    )
    .action((delivery_id: string, body: { reason: string }) =>
      onControl(shared, async ({ control, terminal }) => {
        const resolved = (await control.call('resolveDelivery', { params: { delivery_id }, body })).body;
        terminal.out(terminal.json ? JSON.stringify(resolved) : `Resolved. It stays ${resolved.state}.`);
      }),
    );
  deliveries
    .command('correct <delivery_id> <text>')
    .description('say something else in place of one that is dead, expired or unknown, and resolve it so')
    .option('--plain', 'the text is no markdown')
    .addHelpText(
      'after',
      '\nExample: trunkline deliveries correct dlv_0YqwT4gUQNBCvdTY9rq2hV "Your order is on its way."',
    )
    .action((delivery_id: string, content: string, { plain }: { plain?: boolean }) =>
      onControl(shared, async ({ control, terminal }) => {
        const text = { content, ...(plain && { format: 'plain' as const }) };
        const { body } = await control.call('correctDelivery', { params: { delivery_id }, body: text });
        terminal.out(terminal.json ? JSON.stringify(body) : `Said instead: ${body.delivery_id}.`);
      }),
    );
  deliveries
    .command('cancel <delivery_id>')
    .description('end one that waits or is parked')
    .addHelpText('after', '\nExample: trunkline deliveries cancel dlv_0YqwT4gUQNBCvdTY9rq2hV')
    .action((delivery_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const cancelled = (await control.call('cancelDelivery', { params: { delivery_id } })).body;
        terminal.out(terminal.json ? JSON.stringify(cancelled) : `Ended as ${cancelled.state}.`);
      }),
    );
}

function addBulk(deliveries: Command, shared: CommandShared): void {
  const replayable = ['dead', 'expired', 'cancelled', 'unknown'] as const;
  withTrafficFlags(deliveries.command('replay-bulk'), 100)
    .description('replay what matches, oldest first, without what somebody has resolved')
    .addOption(new Option('--state <state...>', 'of these states').choices(replayable).default(['dead', 'expired']))
    .option('--turn <id>', 'only of this turn')
    .option('--target <id>', 'only to this target')
    .option('--fresh', 'start over with new keys: what arrived already is sent again')
    .option('--dry-run', 'tell what would be replayed')
    .addHelpText('after', '\nExample: trunkline deliveries replay-bulk --kind slack --name team --dry-run')
    .action((flags: BulkFlags) => onControl(shared, (context) => replayBulk(flags, context)));
}

/** `trunkline targets`. */
export function addTargets(program: Command, shared: CommandShared): void {
  program
    .command('targets')
    .description('where deliveries go')
    .command('reset <target_id>')
    .description('forget that a target is disabled or its circuit breaker open; `deliveries get` shows its id')
    .addHelpText('after', '\nExample: trunkline targets reset =q8wK2rY0sVb3mJ5tD1xZ7g')
    .action((target_id: string) =>
      onControl(shared, async ({ control, terminal }) => {
        const { body } = await control.call('resetTarget', { params: { target_id } });
        const said = body.was_blocked ? 'Reset. Replay what died meanwhile.' : 'It was not blocked.';
        terminal.out(terminal.json ? JSON.stringify(body) : said);
      }),
    );
}
