import type { IncomingMessage } from 'node:http';
import type { HttpConnector } from '@trunkline/config';
import { problem } from '@trunkline/errors';
import {
  clientAddress,
  problemAnswer,
  retryAfter,
  type Answer,
  type AuthFailures,
  type TrustedProxies,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { verifyRequest, type Verification } from './verify.ts';

/** The http connectors as they are now. */
export interface HttpConnectors {
  get(name: string): InventoryEntry<HttpConnector> | undefined;
}

/** What judging a caller needs beside the request. */
export interface AccessDeps {
  connectors: HttpConnectors;
  failures: AuthFailures;
  trustedProxies: TrustedProxies;
  now: () => number;
  /** Told of each failed authentication, for metrics. */
  onFailure?: (connector: string) => void;
}

/** A value, or the answer to send instead; `reason` is for the log. */
export type Granted<T> = { ok: true; value: T } | { ok: false; answer: Answer; reason: string };

/** Finds a connector that works. Missing and switched off are 404, unable to work is 503. */
export function findConnector(
  name: string,
  { connectors }: Pick<AccessDeps, 'connectors'>,
): Granted<PreparedConnector> {
  const entry = connectors.get(name);
  if (entry?.state === 'ready') return { ok: true, value: preparedConnector(entry) };
  const refusal = entry === undefined ? notFound : refusals[entry.state];
  return { ok: false, answer: refusal, reason: entry?.state ?? 'connector_not_found' };
}

const notFound = problemAnswer(
  problem('connector_not_found', {
    detail: 'There is no http connector of this name. Check the URL against the configuration.',
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

/** Whether the caller may use the connector, and whether that was proven. Wrong proofs are counted by address. */
export function authenticate(
  request: { req: IncomingMessage; body: Buffer; accessToken: string | undefined },
  connector: PreparedConnector,
  deps: AccessDeps,
): Granted<{ authenticated: boolean }> {
  const { req, body } = request;
  const accessToken = connector.config.payload_format === 'cloudevents' ? request.accessToken : undefined;
  const verified = verifyRequest({ headers: req.headersDistinct, body, accessToken }, connector.credentials, deps.now);
  if (!verified.ok) return refuse(verified, { req, connector }, deps);
  for (const secret of verified.used) secret.markUsed();
  return { ok: true, value: { authenticated: verified.authenticated } };
}

function refuse(
  { reason }: Extract<Verification, { ok: false }>,
  { req, connector }: { req: IncomingMessage; connector: PreparedConnector },
  deps: AccessDeps,
): Granted<never> {
  deps.onFailure?.(connector.config.name);
  const failure = deps.failures.failed(clientAddress(req, deps.trustedProxies));
  if (failure.limited) return { ok: false, answer: problemAnswer(tooMany, retryAfter(failure.retryAfterMs)), reason };
  return { ok: false, answer: unauthenticated(connector), reason };
}

/** The same whatever was wrong: who guesses should not learn how close the guess was. */
function unauthenticated({ credentials: { bearer, signing } }: PreparedConnector): Answer {
  const wanted = [bearer && 'Authorization: Bearer <token>', signing && `a ${signing.scheme} signature`].filter(
    Boolean,
  );
  const detail = `Send ${wanted.join(' and ')} with this connector's current secret; a timestamp must be recent.`;
  return problemAnswer(problem('unauthenticated', { detail }), { 'www-authenticate': bearer ? 'Bearer' : 'Signature' });
}

const tooMany = problem('too_many_auth_failures', {
  detail:
    'Too many requests from this address failed to authenticate. Correct the secret; try again after Retry-After.',
});
