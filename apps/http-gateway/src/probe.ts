import type { HttpConnector } from '@trunkline/config';
import { callOwnIngress, type Found, type OwnIngress, type Probe, type TrialRequest } from '@trunkline/gateway-kit';
import type { ReadyEntry } from '@trunkline/inventory';
import { validSecrets } from '@trunkline/secrets';
import { preparedConnector } from './prepared-connector.ts';
import type { ProbeMark } from './probe-mark.ts';
import { signRequest } from './sign-request.ts';

export interface ProbeDeps extends OwnIngress {
  mark: ProbeMark;
  now: () => number;
}

/**
 * Tries an http connector by a loop through the ingress: a real request over the network to the port that callers use, with the
 * connector's current token and signature. It is judged like every other, and only then put aside, as it bears our mark: that
 * proves that a caller with the secrets is let in, and stores nothing.
 */
export function httpProbe(deps: ProbeDeps): Probe<'http'> {
  return async (entry) => [{ name: 'ingress', run: (signal) => callIngress(entry, signal, deps) }];
}

const body = '{}';

async function callIngress(entry: ReadyEntry<HttpConnector>, signal: AbortSignal, deps: ProbeDeps): Promise<Found> {
  const proof = proofOf(entry, deps.now());
  if (proof === undefined) return unusableKey;
  const trial: TrialRequest = {
    path: `/v1/connectors/http/${encodeURIComponent(entry.name)}`,
    headers: { 'content-type': 'application/json', ...proof, ...deps.mark.headers },
    body,
    signal,
    proves: Object.keys(proof).length > 0,
    isLetIn: ({ status }) => status === 204,
  };
  return callOwnIngress(trial, deps);
}

/** The headers that a caller with the secrets would send; `undefined` when no key can be made of a secret. */
function proofOf(entry: ReadyEntry<HttpConnector>, nowMs: number): Record<string, string> | undefined {
  const { bearer, signing } = preparedConnector(entry).credentials;
  const [token] = validSecrets(entry.secrets['bearer_token'] ?? [], nowMs);
  const [key] = signing?.keys ?? [];
  if (signing && key === undefined) return undefined;
  return {
    ...(bearer && { authorization: `Bearer ${token?.expose().trim() ?? ''}` }),
    ...(signing && key && signRequest(signing.scheme, { id: `probe_${nowMs}`, body, key: key.key, nowMs })),
  };
}

const unusableKey: Found = {
  outcome: 'failed',
  detail: 'No key of its scheme can be made of signing_secret: Standard Webhooks wants whsec_ and base64. Set it anew.',
};
