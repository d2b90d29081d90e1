import type { IncomingMessage } from 'node:http';
import type { HttpConnector } from '@trunkline/config';
import { problem } from '@trunkline/errors';
import {
  problemAnswer,
  readyConnector,
  refuseAuthentication,
  type Answer,
  type FailureDeps,
  type Granted,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { verifyRequest } from './verify.ts';

/** The http connectors as they are now. */
export interface HttpConnectors {
  get(name: string): InventoryEntry<HttpConnector> | undefined;
}

/** What judging a caller needs beside the request. */
export interface AccessDeps extends FailureDeps {
  connectors: HttpConnectors;
  now: () => number;
}

/** Finds a connector that works. */
export function findConnector(
  name: string,
  { connectors }: Pick<AccessDeps, 'connectors'>,
): Granted<PreparedConnector> {
  const found = readyConnector(connectors.get(name), 'http');
  return found.ok ? { ok: true, value: preparedConnector(found.value) } : found;
}

/** Whether the caller may use the connector, and whether that was proven. Wrong proofs are counted by address. */
export function authenticate(
  request: { req: IncomingMessage; body: Buffer; accessToken: string | undefined },
  connector: PreparedConnector,
  deps: AccessDeps,
): Granted<{ authenticated: boolean }> {
  const { req, body } = request;
  const accessToken = connector.config.payload_format === 'cloudevents' ? request.accessToken : undefined;
  const verified = verifyRequest({ headers: req.headersDistinct, body, accessToken }, connector.credentials, deps.now);
  if (!verified.ok) {
    const failed = { req, connector: connector.config.name, reason: verified.reason };
    return refuseAuthentication({ ...failed, unauthenticated: unauthenticated(connector) }, deps);
  }
  for (const secret of verified.used) secret.markUsed();
  return { ok: true, value: { authenticated: verified.authenticated } };
}

/** The same whatever was wrong: who guesses should not learn how close the guess was. */
function unauthenticated({ credentials: { bearer, signing } }: PreparedConnector): Answer {
  const wanted = [bearer && 'Authorization: Bearer <token>', signing && `a ${signing.scheme} signature`].filter(
    Boolean,
  );
  const detail = `Send ${wanted.join(' and ')} with this connector's current secret; a timestamp must be recent.`;
  return problemAnswer(problem('unauthenticated', { detail }), { 'www-authenticate': bearer ? 'Bearer' : 'Signature' });
}
