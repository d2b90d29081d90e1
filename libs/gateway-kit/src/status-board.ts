import type { ConnectorKind, ConnectorStatus, TrafficSlot } from '@trunkline/events';
import { configFingerprint, type Inventory, type InventoryEntry } from '@trunkline/inventory';
import { TrafficHistory } from './traffic-history.ts';
import { TrafficWindow, type TrafficCount } from './traffic-window.ts';

/** What a gateway knows of one of its connectors beyond the configuration. */
export interface ConnectorDescription {
  /** This process is the one that polls, holds the sockets or looks after the sidecar. */
  holdsLease?: boolean;
  /** Makes a connector that could work a degraded one, and says why. Never holds a secret. */
  problem?: string | undefined;
  /** What only this kind has, as JSON of at most 8 KiB. Never holds a secret. */
  details?: object;
}

/** Told of what happens at connectors. Cheap: on the path of every event and delivery. */
export interface StatusNotes {
  /** What became of an event, in the words of the metrics. */
  sawEvent(connector: string, outcome: string): void;
  /** `tookMs` is the time from the output being routed to its delivery having arrived. */
  sawDelivery(connector: string, seen: { fate: 'delivered'; tookMs: number } | { fate: 'failed' }): void;
  /** An event was stored, which took so long. */
  sawStore(tookMs: number): void;
  /** Replaces what was said of a connector before; `undefined` takes it back. */
  describe(connector: string, description: ConnectorDescription | undefined): void;
}

interface Track {
  traffic: TrafficWindow | undefined;
  lastEventAt: number | undefined;
  lastDeliveryAt: number | undefined;
  description: ConnectorDescription | undefined;
  waitingSince: string | undefined;
  /** When it was told that there was traffic: it has to be told when that has passed. */
  warmAt: number | undefined;
}

const countOf: Readonly<Record<string, TrafficCount>> = {
  stored: 'accepted',
  routed: 'accepted',
  duplicate: 'duplicate',
  ignored: 'ignored',
  rejected: 'rejected',
  refused: 'rejected',
  conflict: 'rejected',
  unreadable: 'rejected',
  rate_limited: 'rejected',
  bus_unavailable: 'errors',
  later: 'errors',
};
/** Those tell that the platform reaches us with what is its own. */
const isSignOfLife: ReadonlySet<TrafficCount> = new Set(['accepted', 'duplicate', 'ignored']);

/** Traffic alone is told of so many connectors at a time, each in its turn. */
const busyAtOnce = 200;
const retellMs = 30_000;

interface BoardDeps {
  inventory: Pick<Inventory, 'get' | 'list' | 'onChange'>;
  now: () => number;
}

/** The status of the connectors of one kind as this process sees it, and which of them have changed. */
export class StatusBoard implements StatusNotes {
  readonly #kind: ConnectorKind;
  readonly #inventory: BoardDeps['inventory'];
  readonly #now: () => number;
  readonly #tracks = new Map<string, Track>();
  readonly #changed = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #warm = new Set<string>();
  readonly #history = new TrafficHistory();
  readonly #unfollow: () => void;

  constructor(kind: ConnectorKind, { inventory, now }: BoardDeps) {
    this.#kind = kind;
    this.#inventory = inventory;
    this.#now = now;
    this.#unfollow = inventory.onChange((change) => {
      if (change.type === 'removed') this.#forget(change.old.name);
      else this.#noteChange(change.new.name);
    });
  }

  close(): void {
    this.#unfollow();
  }

  sawEvent(connector: string, outcome: string): void {
    const what = countOf[outcome];
    if (what !== undefined) this.#count(connector, what);
  }

  sawDelivery(connector: string, seen: Parameters<StatusNotes['sawDelivery']>[1]): void {
    this.#count(connector, seen.fate);
    if (seen.fate === 'delivered') this.#history.arrived(seen.tookMs, this.#now());
  }

  sawStore(tookMs: number): void {
    this.#history.stored(tookMs, this.#now());
  }

  describe(connector: string, description: ConnectorDescription | undefined): void {
    const track = this.#trackOf(connector);
    if (track === undefined) return;
    track.description = description;
    this.#changed.add(connector);
  }

  names(): string[] {
    return this.#inventory.list(this.#kind).map(({ name }) => name);
  }

  /** Connectors to tell about now: all that changed in themselves, and some of those that had traffic. */
  takeChanged(): { changed: string[]; removed: string[] } {
    const told = { changed: [...this.#changed], removed: [...this.#removed] };
    this.#changed.clear();
    this.#removed.clear();
    for (const name of this.#busy) {
      if (told.changed.length >= busyAtOnce) break;
      this.#busy.delete(name);
      told.changed.push(name);
    }
    return told;
  }

  /** What happened at all connectors together: what is new since the last call, or all that is kept. */
  takeHistory(which: 'news' | 'all'): TrafficSlot[] {
    return which === 'news' ? this.#history.takeNews(this.#now()) : this.#history.all(this.#now());
  }

  /** Looks for what changes by itself: counts that run out, and deliveries that wait (by connector, since when). */
  age(waiting: ReadonlyMap<string, string>): void {
    for (const since of waiting.values()) this.#history.waited(this.#now() - Date.parse(since), this.#now());
    for (const name of waiting.keys()) this.#trackOf(name);
    for (const [name, track] of this.#tracks) {
      const since = waiting.get(name);
      if (track.waitingSince !== since) this.#busy.add(name);
      track.waitingSince = since;
    }
    for (const name of this.#warm) {
      if (this.#now() - (this.#tracks.get(name)?.warmAt ?? 0) >= retellMs) this.#busy.add(name);
    }
  }

  /** For telling it: a connector that had traffic is told of again until that is past. */
  statusOf(connector: string): ConnectorStatus | undefined {
    const entry = this.#inventory.get(this.#kind, connector);
    if (entry === undefined) return undefined;
    const track = this.#tracks.get(connector);
    const traffic = track?.traffic?.totals(this.#now());
    if (track && traffic) {
      track.warmAt = this.#now();
      this.#warm.add(connector);
    } else this.#warm.delete(connector);
    return { ...factsOf(entry, track?.description), ...(track && trackedFacts(track)), ...(traffic && { traffic }) };
  }

  #noteChange(name: string): void {
    this.#removed.delete(name);
    this.#changed.add(name);
  }

  #forget(name: string): void {
    for (const names of [this.#tracks, this.#changed, this.#busy, this.#warm]) names.delete(name);
    this.#removed.add(name);
  }

  /** Names that callers make up are not kept. */
  #trackOf(connector: string): Track | undefined {
    const known = this.#tracks.get(connector);
    if (known || this.#inventory.get(this.#kind, connector) === undefined) return known;
    const track = emptyTrack();
    this.#tracks.set(connector, track);
    return track;
  }

  #count(connector: string, what: TrafficCount): void {
    const track = this.#trackOf(connector);
    if (track === undefined) return;
    const at = this.#now();
    track.traffic ??= new TrafficWindow();
    track.traffic.add(what, at);
    this.#history.count(what, at);
    if (isSignOfLife.has(what)) track.lastEventAt = at;
    if (what === 'delivered') track.lastDeliveryAt = at;
    this.#busy.add(connector);
  }
}

const emptyTrack = (): Track => ({
  traffic: undefined,
  lastEventAt: undefined,
  lastDeliveryAt: undefined,
  description: undefined,
  waitingSince: undefined,
  warmAt: undefined,
});

const iso = (ms: number) => new Date(ms).toISOString();

function trackedFacts({ lastEventAt, lastDeliveryAt, waitingSince }: Track): Partial<ConnectorStatus> {
  return {
    ...(lastEventAt !== undefined && { last_event_at: iso(lastEventAt) }),
    ...(lastDeliveryAt !== undefined && { last_delivery_at: iso(lastDeliveryAt) }),
    ...(waitingSince !== undefined && { oldest_waiting_since: waitingSince }),
  };
}

function factsOf(entry: InventoryEntry, description: ConnectorDescription = {}): ConnectorStatus {
  const { holdsLease, problem, details } = description;
  return {
    name: entry.name,
    ...stateOf(entry, problem),
    ...(entry.config && { config_fingerprint: configFingerprint(entry.config) }),
    ...(entry.state === 'ready' && versionsOf(entry.secrets)),
    ...(holdsLease && { holds_lease: true }),
    ...(details && { details: smallDetails(details) }),
  };
}

function stateOf(entry: InventoryEntry, problem: string | undefined): Pick<ConnectorStatus, 'state' | 'reason'> {
  if (entry.state === 'degraded') return { state: 'degraded', reason: entry.reason };
  if (entry.state === 'ready' && problem !== undefined) return { state: 'degraded', reason: problem };
  return { state: entry.state };
}

function versionsOf(secrets: Record<string, readonly { version: number | undefined }[]>) {
  const versions: Record<string, number> = {};
  for (const [field, [current]] of Object.entries(secrets)) {
    if (current?.version !== undefined) versions[field] = current.version;
  }
  return Object.keys(versions).length > 0 ? { secret_versions: versions } : {};
}

const largestDetails = 8 * 1024;

const smallDetails = (details: object): Record<string, unknown> =>
  JSON.stringify(details).length <= largestDetails ? { ...details } : { too_large: true };
