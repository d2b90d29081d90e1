import type { ControlContext } from './command-shared.ts';
import { printRows } from './terminal.ts';
import { trafficQuery, type TrafficFlags } from './traffic-flags.ts';

export interface BulkFlags extends TrafficFlags {
  state: ('dead' | 'expired' | 'cancelled' | 'unknown')[];
  turn?: string;
  target?: string;
  fresh?: boolean;
  dryRun?: boolean;
}

/** Replayed in one request: few enough to see it move, and to lose little when it is interrupted. */
const portion = 100;

/** Replays in portions and says how far it is; what is replayed matches no more, so each portion is the next. */
export async function replayBulk(flags: BulkFlags, { control, terminal }: ControlContext): Promise<void> {
  const { state, turn: turn_id, target: target_id, fresh = false, dryRun: dry_run = false, limit } = flags;
  const filter = { ...trafficQuery(flags), state, turn_id, target_id, fresh, dry_run };
  let done = 0;
  for (let more = true; more && done < limit;) {
    const most = Math.min(dry_run ? 500 : portion, limit - done);
    const { body } = await control.call('replayDeliveries', { body: { ...filter, limit: most } });
    const rows = body.items.map(({ connector, ...item }) => ({
      ...item,
      connector: `${connector.kind}/${connector.name}`,
    }));
    if (terminal.json) printRows(body.items, [], terminal);
    else if (dry_run) printRows(rows, ['delivery_id', 'state', 'connector', 'outcome'], terminal);
    const queued = body.items.filter(({ outcome }) => outcome === 'queued').length;
    done += body.items.length;
    if (!dry_run) terminal.err(`${done} of at most ${limit}.`);
    // What cannot be replayed would be found again and again.
    more = body.more && !dry_run && queued > 0;
  }
  if (!terminal.json && !dry_run) terminal.out(`Queued again: ${done}.`);
}
