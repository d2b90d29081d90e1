import { readStatusWanted, type ConnectorKind, type StatusReport } from '@trunkline/events';
import type { Bus } from '@trunkline/bus';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { StatusBoard, type StatusNotes } from './status-board.ts';

/** The oldest waiting delivery of each connector, as an ISO time, by name. */
export type ReadWaiting = () => ReadonlyMap<string, string>;

export interface ReportStatusParts {
  kind: ConnectorKind;
  bus: Pick<Bus, 'publish' | 'subscribe' | 'names' | 'state' | 'flush'>;
  inventory: Pick<Inventory, 'get' | 'list' | 'onChange'>;
  timing?: { tickMs: number; beatEveryTicks: number };
}

/** Where the parts of a gateway note how its connectors are. */
export interface StatusReporter extends StatusNotes {
  /** Who knows which deliveries wait; asked with every heartbeat. */
  watchWaiting(read: ReadWaiting): void;
}

/** Once a second at most, and a sign of life every five. */
const usualTiming = { tickMs: 1_000, beatEveryTicks: 5 };

/** Tells on the bus how the connectors of this gateway are, until the service stops. Nothing waits for it, and nothing is kept. */
export function reportStatus(
  service: Pick<Service, 'instanceId' | 'onStop' | 'log'>,
  parts: ReportStatusParts,
): StatusReporter {
  const { kind, bus, inventory, timing = usualTiming } = parts;
  const board = new StatusBoard(kind, { inventory, now: Date.now });
  const teller = createTeller(board, { kind, bus, gateway: service.instanceId, log: service.log });
  let readWaiting: ReadWaiting = () => new Map();
  let ticks = 0;

  const timer = setInterval(() => {
    // What is told while nobody can hear it would all be sent later, when it is old.
    if (bus.state() !== 'connected') return;
    const beat = ticks++ % timing.beatEveryTicks === 0;
    if (beat) board.age(readWaiting());
    teller.tellChanges({ beat });
  }, timing.tickMs).unref();
  const wanted = bus.subscribe(bus.names.statusWanted, (message) => {
    const read = readStatusWanted(message.json());
    if (read.ok && (read.value.gateway ?? service.instanceId) === service.instanceId) teller.tellAll();
  });
  teller.tellAll();

  service.onStop(() => {
    clearInterval(timer);
    wanted.stop();
    board.close();
    if (bus.state() === 'connected') teller.tellLeaving();
  });
  return {
    sawEvent: (connector, outcome) => board.sawEvent(connector, outcome),
    sawDelivery: (connector, seen) => board.sawDelivery(connector, seen),
    sawStore: (tookMs) => board.sawStore(tookMs),
    describe: (connector, description) => board.describe(connector, description),
    watchWaiting: (read) => void (readWaiting = read),
  };
}

/** Of a report, as text: far below the largest message. */
const largestReport = 200_000;
const atOnce = 100;

function createTeller(
  board: StatusBoard,
  { kind, bus, gateway, log }: Pick<ReportStatusParts, 'kind' | 'bus'> & { gateway: string; log: Service['log'] },
) {
  const subject = bus.names.status(kind, gateway);
  let seq = 0;
  let tellingAll: Promise<void> | undefined;
  let again = false;

  function publish(connectors: readonly string[], rest: Partial<StatusReport> = {}): void {
    const head = { v: 1, kind, gateway, seq: ++seq, at: new Date().toISOString(), ...rest };
    // Composed of texts that were made once to know their length.
    bus.publish(subject, `${JSON.stringify(head).slice(0, -1)},"connectors":[${connectors.join(',')}]}`);
  }

  const textsOf = (names: readonly string[]) =>
    names.flatMap((name) => {
      const status = board.statusOf(name);
      return status === undefined ? [] : [JSON.stringify(status)];
    });

  async function tellEverything(): Promise<void> {
    const since = seq + 1;
    const names = board.names();
    for (let at = 0; at < names.length; at += atOnce) {
      for (const texts of inReports(textsOf(names.slice(at, at + atOnce)))) publish(texts);
      await yieldToOthers();
    }
    publish([], { complete_since: since, history: board.takeHistory('all') });
  }

  return {
    /** A beat tells something in any case, and of traffic. */
    tellChanges({ beat }: { beat: boolean }): void {
      const { changed, removed } = board.takeChanged();
      const reports = inReports(textsOf(changed));
      for (const texts of reports) publish(texts);
      const history = beat ? board.takeHistory('news') : [];
      if (removed.length > 0 || history.length > 0 || (beat && reports.length === 0))
        publish([], { ...(removed.length > 0 && { removed }), ...(history.length > 0 && { history }) });
    },
    /** However many ask meanwhile, it is told once more. */
    tellAll(): void {
      again = true;
      tellingAll ??= (async () => {
        while (again) {
          again = false;
          await tellEverything();
        }
      })()
        .catch((error: unknown) => log.error({ err: error }, 'status.not-told'))
        .finally(() => (tellingAll = undefined));
    },
    tellLeaving: () => publish([], { leaving: true, history: board.takeHistory('news') }),
  };
}

function inReports(texts: readonly string[]): string[][] {
  const reports: string[][] = [];
  let size = largestReport;
  for (const text of texts) {
    size += text.length;
    if (size > largestReport) {
      reports.push([]);
      size = text.length;
    }
    reports.at(-1)?.push(text);
  }
  return reports;
}
