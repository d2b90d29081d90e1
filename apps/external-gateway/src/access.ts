import type { IncomingMessage } from 'node:http';
import type { ExternalConnector } from '@trunkline/config';
import { problem } from '@trunkline/errors';
import {
  problemAnswer,
  readyConnector,
  refuseAuthentication,
  type FailureDeps,
  type Granted,
} from '@trunkline/gateway-kit';
import type { InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import type { Secret } from '@trunkline/secrets';
import { verifyBearer } from './verify.ts';

/** A sidecar's connector that can work. */
export type ExternalEntry = ReadyEntry<ExternalConnector>;

/** The external connectors as they are now. */
export interface ExternalConnectors {
  get(name: string): InventoryEntry<ExternalConnector> | undefined;
}

/** What judging a caller needs beside the request. */
export interface AccessDeps extends FailureDeps {
  connectors: ExternalConnectors;
  now: () => number;
}

/** Finds a connector that works. */
export const findConnector = (name: string, { connectors }: Pick<AccessDeps, 'connectors'>): Granted<ExternalEntry> =>
  readyConnector(connectors.get(name), 'external');

/** Whether the caller is the sidecar, and whether that was proven. Wrong proofs are counted by address. */
export function authenticate(
  req: IncomingMessage,
  entry: ExternalEntry,
  deps: AccessDeps,
): Granted<{ authenticated: boolean }> {
  const verified = verifyBearer(req, sharedTokens(entry), deps.now());
  if (!verified.ok) {
    return refuseAuthentication({ req, connector: entry.name, reason: verified.reason, unauthenticated }, deps);
  }
  verified.used?.markUsed();
  return { ok: true, value: { authenticated: verified.used !== undefined } };
}

/** What is configured is asked for, also when none of its values turned out usable: then nobody gets in. */
export function sharedTokens({ config, secrets }: ExternalEntry): readonly Secret[] | undefined {
  return config.shared_token && (secrets['shared_token'] ?? []);
}

/** The same whatever was wrong: who guesses should not learn how close the guess was. */
const unauthenticated = problemAnswer(
  problem('unauthenticated', { detail: "Send Authorization: Bearer with this connector's current shared token." }),
  { 'www-authenticate': 'Bearer' },
);
