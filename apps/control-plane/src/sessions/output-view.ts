import { readNewestFirst, type Bus, type StoredMessage } from '@trunkline/bus';
import type { OutputView } from '@trunkline/control-api';
import { progressKey, type ProgressRecord } from '@trunkline/deliveries';
import { deliveryIdOf, readOutput, targetKey, type Output } from '@trunkline/events';
import { outputKey, type OutputRecord } from '@trunkline/reply-routing';
import { deliverySummary } from '../deliveries/delivery-view.ts';
import { withoutBytes } from './without-bytes.ts';

type OutputBus = Pick<Bus, 'bucket' | 'follow' | 'streamState' | 'names' | 'read'>;

/** A page of what a session's consumers wanted said, newest first, with what became of it. */
export async function outputPage(
  { sessionId, ...page }: { sessionId: string; before?: number | undefined; from?: number | undefined; limit: number },
  bus: OutputBus,
): Promise<{ items: OutputView[]; next?: number }> {
  const filter = bus.names.output(sessionId);
  const found = await readNewestFirst({ stream: 'OUTPUTS', filter, ...page, read: (message) => message }, bus);
  return { ...found, items: await Promise.all(found.items.map((message) => outputView(message, sessionId, bus))) };
}

async function outputView(message: StoredMessage, sessionId: string, bus: OutputBus): Promise<OutputView> {
  const at = message.time.toISOString();
  const read = readOutput(message.json());
  if (!read.ok) {
    const output = { problems: read.problems };
    return { output_id: `@${message.seq}`, session_id: sessionId, at, output, state: 'unreadable', deliveries: [] };
  }
  const output = read.value;
  const { output_id, session_id, turn_id } = output;
  const record = await bus.bucket<OutputRecord>('progress').get(outputKey(output));
  const shown = { output_id, session_id, turn_id, at, output: withoutBytes(output) };
  if (!record) return { ...shown, state: 'waiting', deliveries: [] };
  if (record.value.seq !== message.seq) return { ...shown, state: 'repeated', deliveries: [] };
  const deliveries = await deliveriesOf(output, record.value, bus);
  return { ...shown, state: record.value.targets.length === 0 ? 'local' : 'routed', deliveries };
}

async function deliveriesOf({ session_id, output_id }: Output, { targets }: OutputRecord, bus: Pick<Bus, 'bucket'>) {
  const progress = bus.bucket<ProgressRecord>('progress');
  const found = await Promise.all(
    targets.map((target) => progress.get(progressKey(deliveryIdOf(session_id, output_id, targetKey(target))))),
  );
  return found.flatMap((entry) => (entry ? [deliverySummary(entry.value)] : []));
}
