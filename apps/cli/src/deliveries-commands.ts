import type { Bus } from '@trunkline/bus';
import {
  DeliveryNotFoundError,
  deliveryStates,
  getDelivery,
  listDeliveries,
  replayDelivery,
  type DeliveryState,
} from '@trunkline/deliveries';
import { CommandFailed } from './exit-codes.ts';
import { printRows, type Terminal } from './terminal.ts';

interface Deps {
  bus: Bus;
  terminal: Terminal;
}

/** Newest first. */
export async function deliveriesList(
  filter: { state?: string[]; session?: string; limit: number },
  deps: Deps,
): Promise<void> {
  const { bus, terminal } = deps;
  const states = filter.state?.map(stateOf);
  const { deliveries } = await listDeliveries(bus, { states, session_id: filter.session, limit: filter.limit });
  if (terminal.json) return printRows(deliveries, [], terminal);
  const rows = deliveries.map((record) => ({
    delivery_id: record.delivery_id,
    state: record.state,
    connector: `${record.connector.kind}/${record.connector.name}`,
    session: record.session_id,
    attempts: record.attempt_count,
    reason: record.reason?.code,
    created_at: record.created_at,
  }));
  printRows(rows, ['delivery_id', 'state', 'connector', 'session', 'attempts', 'reason', 'created_at'], terminal);
}

/** The whole record: attempts, steps, reason. */
export async function deliveriesGet(id: string, { bus, terminal }: Deps): Promise<void> {
  const record = await getDelivery(bus, id).catch(notFound);
  terminal.out(terminal.json ? JSON.stringify(record) : JSON.stringify(record, null, 2));
}

/** Queues a settled delivery again, with the same idempotency keys unless `fresh`. */
export async function deliveriesReplay(
  id: string,
  options: { fresh?: boolean },
  { bus, terminal }: Deps,
): Promise<void> {
  const replayed = await replayDelivery(bus, id, { now: Date.now(), fresh: options.fresh }).catch(notFound);
  if (replayed.status === 'refused') {
    throw new CommandFailed(`Delivery ${id} is ${replayed.state}: it is still under way.`, {
      exit: 'conflict',
      fix: 'Wait until it is settled, or cancel it first.',
    });
  }
  terminal.out(
    terminal.json ? JSON.stringify({ delivery_id: id, ...replayed }) : `Queued again (replay ${replayed.replay}).`,
  );
}

function stateOf(text: string): DeliveryState {
  const state = deliveryStates.find((known) => known === text);
  if (!state)
    throw new CommandFailed(`Unknown state ${text}.`, {
      exit: 'usage',
      fix: `Use one of ${deliveryStates.join(', ')}.`,
    });
  return state;
}

function notFound(error: unknown): never {
  if (!(error instanceof DeliveryNotFoundError)) throw error;
  throw new CommandFailed(error.message, {
    exit: 'not_found',
    fix: error.fix ?? 'List what is kept with: trunkline deliveries list',
    cause: error,
  });
}
