import type { ConnectorKind, ConnectorStatus } from '@trunkline/events';
import { configFingerprint, type Inventory, type InventoryEntry } from '@trunkline/inventory';
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
  sawDelivery(connector: string, fate: 'delivered' | 'failed'): void;
  /** Replaces what was said of a connector before; `undefined` takes it back. */
  describe(connector: string, description: ConnectorDescription | undefined): void;
}

/** The status of the connectors as this process sees it, and which of them have changed. */
export interface StatusBoard extends StatusNotes {
  /** Connectors to tell about now: all that changed in themselves, and some of those that had traffic. */
  takeChanged(): { changed: string[]; removed: string[] };
  /** Looks for what changed by itself: counts that ran out, deliveries that wait. */
  age(waiting: ReadonlyMap<string, string>): void;
  statusOf(connector: string): ConnectorStatus | undefined;
  names(): string[];
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

/** A board for the connectors of one kind; `close` stops following the inventory. */
export function createStatusBoard(
  kind: ConnectorKind,
  { inventory, now }: { inventory: Pick<Inventory, 'get' | 'list' | 'onChange'>; now: () => number },
): StatusBoard & { close(): void } {
  const tracks = new Map<string, Track>();
  const changed = new Set<string>();
  const busy = new Set<string>();
  const removed = new Set<string>();
  const warm = new Set<string>();

  /** Names that callers make up are not kept. */
  function trackOf(connector: string): Track | undefined {
    const known = tracks.get(connector);
    if (known || inventory.get(kind, connector) === undefined) return known;
    const track: Track = {
      traffic: undefined,
      lastEventAt: undefined,
      lastDeliveryAt: undefined,
      description: undefined,
      waitingSince: undefined,
      warmAt: undefined,
    };
    tracks.set(connector, track);
    return track;
  }

  function count(connector: string, what: TrafficCount): void {
    const track = trackOf(connector);
    if (track === undefined) return;
    const at = now();
    track.traffic ??= new TrafficWindow();
    track.traffic.add(what, at);
    if (isSignOfLife.has(what)) track.lastEventAt = at;
    if (what === 'delivered') track.lastDeliveryAt = at;
    busy.add(connector);
  }

  const unfollow = inventory.onChange((change) => {
    if (change.type !== 'removed') {
      removed.delete(change.new.name);
      return void changed.add(change.new.name);
    }
    const { name } = change.old;
    for (const names of [tracks, changed, busy, warm]) names.delete(name);
    removed.add(name);
  });

  return {
    close: unfollow,
    names: () => inventory.list(kind).map(({ name }) => name),
    sawEvent(connector, outcome) {
      const what = countOf[outcome];
      if (what !== undefined) count(connector, what);
    },
    sawDelivery: (connector, fate) => count(connector, fate),
    describe(connector, description) {
      const track = trackOf(connector);
      if (track === undefined) return;
      track.description = description;
      changed.add(connector);
    },
    takeChanged() {
      const told = { changed: [...changed], removed: [...removed] };
      changed.clear();
      removed.clear();
      for (const name of busy) {
        if (told.changed.length >= busyAtOnce) break;
        busy.delete(name);
        told.changed.push(name);
      }
      return told;
    },
    age(waiting) {
      for (const [name, since] of waiting) {
        const track = trackOf(name);
        if (track && track.waitingSince !== since) noteWaiting(name, track, since);
      }
      for (const [name, track] of tracks) {
        if (track.waitingSince !== undefined && !waiting.has(name)) noteWaiting(name, track, undefined);
      }
      for (const name of warm) if (now() - (tracks.get(name)?.warmAt ?? 0) >= retellMs) busy.add(name);
    },
    statusOf(connector) {
      const entry = inventory.get(kind, connector);
      if (entry === undefined) return undefined;
      const track = tracks.get(connector);
      const traffic = track?.traffic?.totals(now());
      if (track && traffic) track.warmAt = now();
      if (traffic) warm.add(connector);
      else warm.delete(connector);
      return { ...factsOf(entry, track?.description), ...(track && trackedFacts(track)), ...(traffic && { traffic }) };
    },
  };

  function noteWaiting(name: string, track: Track, since: string | undefined): void {
    track.waitingSince = since;
    busy.add(name);
  }
}

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
