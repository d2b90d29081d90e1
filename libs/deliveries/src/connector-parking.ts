import type { ConnectorRef } from '@trunkline/events';
import type { Clock } from './clock.ts';

const probeEveryMs = 15 * 60_000;

export interface Parked {
  code: string;
  reason: string;
  untilMs: number;
}

/** Connectors whose credentials the platform refused. In memory only: a new owner finds out with one call. */
export interface ConnectorParking {
  get(ref: ConnectorRef): Parked | undefined;
  /** True the first time: the moment for the one alarm. */
  park(ref: ConnectorRef, why: { code: string; reason: string }): boolean;
  /** Called before each call: when a parked connector is tried again, by one delivery, the others keep waiting. */
  claimProbe(ref: ConnectorRef): void;
  /** True if it was parked. */
  release(ref: ConnectorRef): boolean;
}

const keyOf = ({ kind, name }: ConnectorRef) => `${kind}/${name}`;

/** Parked connectors are tried once in 15 min in case the platform changed its mind; a change of the connector releases them at once. */
export function createConnectorParking(clock: Pick<Clock, 'now'>): ConnectorParking {
  const parked = new Map<string, Parked>();
  return {
    get: (ref) => parked.get(keyOf(ref)),
    park(ref, why) {
      const isNew = !parked.has(keyOf(ref));
      parked.set(keyOf(ref), { ...why, untilMs: clock.now() + probeEveryMs });
      return isNew;
    },
    claimProbe(ref) {
      const entry = parked.get(keyOf(ref));
      if (entry) entry.untilMs = clock.now() + probeEveryMs;
    },
    release: (ref) => parked.delete(keyOf(ref)),
  };
}
