import type { IncomingMessage } from 'node:http';
import { problem } from '@trunkline/errors';
import type { ConnectorKind } from '@trunkline/events';
import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import { problemAnswer, retryAfter, type Answer } from './answer.ts';
import type { AuthFailures } from './auth-failures.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';

/** A value, or the answer to send instead; `reason` is for the log. */
export type Granted<T> = { ok: true; value: T } | { ok: false; answer: Answer; reason: string };

/** Admits a connector that can work. Missing and switched off are 404, unable to work is 503. */
export function readyConnector<C>(entry: InventoryEntry<C> | undefined, kind: ConnectorKind): Granted<ReadyEntry<C>> {
  if (entry?.state === 'ready') return { ok: true, value: entry };
  if (entry === undefined) return { ok: false, answer: notFound(kind), reason: 'connector_not_found' };
  return { ok: false, answer: refusals[entry.state], reason: entry.state };
}

const notFound = (kind: ConnectorKind) =>
  problemAnswer(
    problem('connector_not_found', {
      detail: `There is no ${kind} connector of this name. Check the URL against the configuration.`,
    }),
  );
const refusals = {
  disabled: problemAnswer(
    problem('connector_disabled', { detail: 'This connector is switched off. Enable it to use it.' }),
  ),
  degraded: problemAnswer(
    problem('connector_degraded', {
      detail: 'This connector cannot work now; its view in the control plane says why.',
    }),
    retryAfter(30_000),
  ),
};

/** Who counts failed authentications, by the caller's address. */
export interface FailureDeps {
  failures: AuthFailures;
  trustedProxies: TrustedProxies;
  /** Told of each failed authentication, for metrics. */
  onFailure?: (connector: string) => void;
}

/** The answer to a wrong proof: `unauthenticated`, or 429 for an address that fails too often. `reason` is for the log alone. */
export function refuseAuthentication(
  failed: { req: IncomingMessage; connector: string; reason: string; unauthenticated: Answer },
  deps: FailureDeps,
): Extract<Granted<never>, { ok: false }> {
  const { req, connector, reason, unauthenticated } = failed;
  deps.onFailure?.(connector);
  const failure = deps.failures.failed(clientAddress(req, deps.trustedProxies));
  const answer = failure.limited ? problemAnswer(tooMany, retryAfter(failure.retryAfterMs)) : unauthenticated;
  return { ok: false, answer, reason };
}

const tooMany = problem('too_many_auth_failures', {
  detail:
    'Too many requests from this address failed to authenticate. Correct the secret; try again after Retry-After.',
});
