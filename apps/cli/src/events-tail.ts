import type { FeedItem } from '@trunkline/control-api';
import type { ConnectorKind } from '@trunkline/events';
import type { ControlContext } from './command-shared.ts';
import { trafficQuery } from './traffic-flags.ts';

export interface TailFlags {
  what: FeedItem['what'][];
  kind?: ConnectorKind;
  name?: string;
  session?: string;
  since?: Date;
  count?: number;
}

/** Shows what happens until `signal` aborts or `count` is reached. With `--json` each item as the API has it. */
export async function eventsTail(
  { what, count = Infinity, ...flags }: TailFlags,
  { control, terminal, signal }: ControlContext & { signal: AbortSignal },
): Promise<void> {
  let left = count;
  for await (const { item } of control.stream({ what, ...trafficQuery(flags) }, { signal })) {
    terminal.out(terminal.json ? JSON.stringify(item) : lineOf(item));
    if (--left === 0) return;
  }
}

const shownFields = [
  'type',
  'subject',
  'event_id',
  'output_id',
  'turn_id',
  'delivery_id',
  'operation',
  'state',
  'status',
];

function lineOf({ at, what, connector, session_id, data }: FeedItem): string {
  const facts = shownFields.flatMap((name) => (typeof data[name] === 'string' ? [data[name]] : []));
  const where = connector ? `${connector.kind}/${connector.name}` : (session_id ?? '-');
  return [at, what, where, ...facts, textIn(data)].join('  ').trimEnd();
}

/** What was said, in one line: of an event, the one inside a turn, an output or a delta. */
function textIn(data: FeedItem['data']): string {
  const event = record(data['event']) ?? data;
  const said = record(record(event['data'])?.['content'])?.['text'] ?? data['content'];
  return typeof said === 'string' ? said.replaceAll(/\s+/g, ' ').slice(0, 80) : '';
}

const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined;
