import type { ConnectorKind, ConnectorRef, ConnectorStatus, StatusReport } from '@trunkline/events';
import type { ToldStatus } from './merge-status.ts';

/** A gateway that runs, as far as is known. */
export interface LiveGateway {
  kind: ConnectorKind;
  gateway: string;
  heard_at: string;
}

/** What one gateway has told. */
interface Replica {
  kind: ConnectorKind;
  gateway: string;
  seq: number;
  /** The report before which something was missed, until all was told anew. */
  missedAt?: number | undefined;
  askedAt: number;
  heardAt: number;
  /** By the monotonic clock. */
  heardSince: number;
  connectors: Map<string, { status: ConnectorStatus; seq: number }>;
}

interface ToldStatusesDeps {
  silentMs: number;
  askAgainMs: number;
  now: () => number;
  monotonic: () => number;
  /** There is news of a connector. */
  announce(connector: ConnectorRef): void;
  /** Asks a gateway, or all, to tell everything. */
  ask(gateway?: string): void;
}

/** What the gateways that run have told of their connectors; those that fell silent are forgotten. */
export class ToldStatuses {
  readonly #deps: ToldStatusesDeps;
  readonly #replicas = new Map<string, Replica>();
  #allAskedAt = -Infinity;

  constructor(deps: ToldStatusesDeps) {
    this.#deps = deps;
  }

  of({ kind, name }: ConnectorRef): ToldStatus[] {
    return [...this.#replicas.values()].flatMap((replica) => {
      const known = replica.kind === kind ? replica.connectors.get(name) : undefined;
      return known ? [{ gateway: replica.gateway, heardAt: replica.heardAt, status: known.status }] : [];
    });
  }

  gateways(kind?: ConnectorKind): LiveGateway[] {
    const wanted = [...this.#replicas.values()].filter((replica) => kind === undefined || replica.kind === kind);
    return wanted.map((replica) => ({
      kind: replica.kind,
      gateway: replica.gateway,
      heard_at: new Date(replica.heardAt).toISOString(),
    }));
  }

  askAll(): void {
    this.#allAskedAt = this.#deps.monotonic();
    this.#deps.ask();
  }

  hear(report: StatusReport): void {
    const { kind, gateway, seq } = report;
    const key = `${kind}/${gateway}`;
    const known = this.#replicas.get(key);
    if (report.leaving) return known && this.#drop(key, known);
    const { now, monotonic } = this.#deps;
    const heard = { heardAt: now(), heardSince: monotonic() };
    const fresh = () => ({ kind, gateway, seq: 0, askedAt: this.#allAskedAt, ...heard, connectors: new Map() });
    const replica: Replica = known ?? fresh();
    this.#replicas.set(key, replica);
    if (seq !== replica.seq + 1) replica.missedAt = seq;
    Object.assign(replica, { seq, ...heard });
    for (const name of take(report, replica)) this.#deps.announce({ kind, name });
    this.#askForMissed(replica);
  }

  /** Forgets gateways that have not been heard of for too long, and returns them. */
  dropSilent(): LiveGateway[] {
    const { monotonic, silentMs } = this.#deps;
    const dropped: LiveGateway[] = [];
    for (const [key, replica] of this.#replicas) {
      if (monotonic() - replica.heardSince < silentMs) continue;
      this.#drop(key, replica);
      dropped.push({ ...replica, heard_at: new Date(replica.heardAt).toISOString() });
    }
    return dropped;
  }

  #askForMissed(replica: Replica): void {
    const { monotonic, askAgainMs, ask } = this.#deps;
    if (replica.missedAt === undefined || monotonic() - replica.askedAt < askAgainMs) return;
    replica.askedAt = monotonic();
    ask(replica.gateway);
  }

  #drop(key: string, { kind, connectors }: Replica): void {
    this.#replicas.delete(key);
    for (const name of connectors.keys()) this.#deps.announce({ kind, name });
  }
}

/** Takes a report in; returns the connectors that there is news of. */
function take(report: StatusReport, replica: Replica): string[] {
  const { seq, connectors, removed = [], complete_since: since } = report;
  for (const status of connectors) replica.connectors.set(status.name, { status, seq });
  const gone = [...removed];
  if (since !== undefined) {
    for (const [name, known] of replica.connectors) if (known.seq < since) gone.push(name);
    if (replica.missedAt !== undefined && replica.missedAt <= since) replica.missedAt = undefined;
  }
  for (const name of gone) replica.connectors.delete(name);
  return [...connectors.map(({ name }) => name), ...gone];
}
