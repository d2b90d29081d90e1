import { setTimeout as sleep } from 'node:timers/promises';
import { readReceipt, type Bus, type OrderedReader } from '@trunkline/bus';
import { readEvent, type TrunklineEvent } from '@trunkline/events';
import { CommandFailed } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What a gateway answered to a simulated request, and how its event is told from others. */
export interface Answered {
  status: number;
  body: string;
  isEvent(event: TrunklineEvent): boolean;
  isIgnored(eventId: string): boolean;
}

interface Known {
  event_id?: string;
  session_id?: string | undefined;
  turn_id?: string | undefined;
  ignored?: string;
}

interface Simulation {
  connector: { kind: string; name: string };
  send(): Promise<Answered>;
}

const patienceMs = 5_000;

/** Sends a request, prints the answer, and, where there is a bus, what became of it. Exit code by the status. */
export async function showOutcome(
  { connector, send }: Simulation,
  { bus, terminal }: { bus: Bus | undefined; terminal: Terminal },
): Promise<void> {
  const readers = bus && (await openReaders(bus, connector));
  try {
    const answered = await send();
    const accepted = answered.status >= 200 && answered.status < 300;
    const known = bus && readers && accepted ? await whatHappened(answered, { bus, connector, readers }) : {};
    print(answered, known, terminal);
    if (!accepted)
      throw new CommandFailed(`The gateway answered ${answered.status}.`, { exit: exitOf(answered.status) });
  } finally {
    await readers?.events.stop();
    await readers?.ignored.stop();
  }
}

interface Readers {
  events: OrderedReader;
  ignored: OrderedReader;
}

async function openReaders(bus: Bus, connector: Simulation['connector']): Promise<Readers> {
  const [events, ignored] = await Promise.all([
    bus.follow('EVENTS', bus.names.allEvents, { from: 'new' }),
    bus.follow('LEDGER', bus.names.ledger('ignored', connector), { from: 'new' }),
  ]);
  return { events, ignored };
}

async function whatHappened(
  answered: Answered,
  { bus, connector, readers }: { bus: Bus; connector: Simulation['connector']; readers: Readers },
): Promise<Known> {
  const over = new AbortController();
  const found = await Promise.race([
    storedEvent(answered, { events: readers.events, connector }),
    ignoredEvent(answered, readers.ignored),
    sleep<Known>(patienceMs, {}, { signal: over.signal }),
  ]);
  over.abort();
  if (found.event_id === undefined || found.ignored !== undefined) return found;
  for (const giveUpAt = performance.now() + patienceMs; performance.now() < giveUpAt; await sleep(50)) {
    const receipt = await readReceipt({ connector, eventId: found.event_id }, bus);
    if (receipt) return { ...found, session_id: receipt.session_id, turn_id: receipt.turn_id };
  }
  return found;
}

async function storedEvent(
  { isEvent }: Answered,
  { events, connector }: { events: OrderedReader; connector: Simulation['connector'] },
): Promise<Known> {
  for await (const message of events.messages) {
    const read = readEvent(message.json());
    const ours = read.ok && read.value.connector === `${connector.kind}/${connector.name}` && isEvent(read.value);
    if (ours) return { event_id: read.value.id };
  }
  return {};
}

async function ignoredEvent({ isIgnored }: Answered, ignored: OrderedReader): Promise<Known> {
  for await (const message of ignored.messages) {
    const entry = message.json() as { event_id: string; reason: { code: string; detail: string } };
    if (isIgnored(entry.event_id)) {
      return { event_id: entry.event_id, ignored: `${entry.reason.code}: ${entry.reason.detail}` };
    }
  }
  return {};
}

function print({ status, body }: Answered, known: Known, { out, json }: Terminal): void {
  if (json) return out(JSON.stringify({ status, body, ...known }));
  out(`Answer   ${[status, body.trim()].join(' ').trim()}`);
  if (known.ignored !== undefined) return out(`Ignored  ${known.ignored}`);
  if (known.event_id !== undefined) out(`Event    ${known.event_id}`);
  if (known.session_id !== undefined) out(`Session  ${known.session_id}`);
  if (known.turn_id !== undefined) out(`Turn     ${known.turn_id}`);
}

/** Which exit code a status of an ingress means. */
export function exitOf(status: number) {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404) return 'not_found';
  return status === 409 ? 'conflict' : 'failed';
}

/** What a command that cannot reach a gateway ends with. */
export const nothingAnswers = (url: string, cause?: unknown) =>
  new CommandFailed(`Nothing answers at ${url}.`, {
    exit: 'unreachable',
    fix: 'Start it with `npm start`, or give --url.',
    cause,
  });
