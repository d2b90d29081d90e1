import type { ConnectorRef } from '@trunkline/events';
import type { Clock } from './clock.ts';

const probeEveryMs = 15 * 60_000;

export interface Parked {
  code: string;
  reason: string;
  untilMs: number;
}

/** Credentials of a connector: all of them, or those of one scope where it has several (`Deliverer.credentialScope`). */
export interface Credentials {
  connector: ConnectorRef;
  scope: string;
}

/** Connectors whose credentials the platform refused. In memory only: a new owner finds out with one call. */
export interface ConnectorParking {
  get(of: Credentials): Parked | undefined;
  /** True the first time: the moment for the one alarm. */
  park(of: Credentials, why: { code: string; reason: string }): boolean;
  /** Called before each call: when parked credentials are tried again, by one delivery, the others keep waiting. */
  claimProbe(of: Credentials): void;
  /** True if they were parked. */
  release(of: Credentials): boolean;
  /** After a change of the connector. */
  releaseAll(ref: ConnectorRef): void;
}

const ofConnector = ({ kind, name }: ConnectorRef) => `${kind}/${name}/`;
const keyOf = ({ connector, scope }: Credentials) => ofConnector(connector) + scope;

/** Parked connectors are tried once in 15 min in case the platform changed its mind; a change of the connector releases them at once. */
export function createConnectorParking(clock: Pick<Clock, 'now'>): ConnectorParking {
  const parked = new Map<string, Parked>();
  return {
    get: (of) => parked.get(keyOf(of)),
    park(of, why) {
      const isNew = !parked.has(keyOf(of));
      parked.set(keyOf(of), { ...why, untilMs: clock.now() + probeEveryMs });
      return isNew;
    },
    claimProbe(of) {
      const entry = parked.get(keyOf(of));
      if (entry) entry.untilMs = clock.now() + probeEveryMs;
    },
    release: (of) => parked.delete(keyOf(of)),
    releaseAll(ref) {
      for (const key of parked.keys()) if (key.startsWith(ofConnector(ref))) parked.delete(key);
    },
  };
}
