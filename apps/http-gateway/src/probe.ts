import type { HttpConnector } from '@trunkline/config';
import { callOwnIngress, type Found, type OwnIngress, type Probe, type TrialRequest } from '@trunkline/gateway-kit';
import type { ReadyEntry } from '@trunkline/inventory';
import type { OwnMark } from './own-mark.ts';
import { ownProof, unusableKey } from './own-proof.ts';

export interface ProbeDeps extends OwnIngress {
  mark: OwnMark;
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
  const nowMs = deps.now();
  const proof = ownProof({ id: `probe_${nowMs}`, body, nowMs }, entry);
  if (proof === undefined) return unprovable;
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

const unprovable: Found = { outcome: 'failed', detail: unusableKey };
