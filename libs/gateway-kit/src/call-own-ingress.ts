import type { GuardedFetch, OutgoingRequest } from './guarded-fetch.ts';
import { networkPolicy } from './network-policy.ts';
import type { Found } from './run-checks.ts';

/** Where our own ingress listens, and what calls it. */
export interface OwnIngress {
  ingressUrl: string;
  fetch: GuardedFetch;
}

/** What one trial request expects. */
export interface TrialRequest extends Pick<OutgoingRequest, 'method' | 'headers' | 'body' | 'signal'> {
  path: string;
  /** Whether the request bears a proof: only then the answer proves that the secrets work. */
  proves: boolean;
  /** Whether this is the answer to somebody who was let in. */
  isLetIn(answer: { status: number; text: string }): boolean;
}

/** Makes a request to the port that callers use, and tells whether it was let in. */
export async function callOwnIngress(
  { path, proves, isLetIn, ...request }: TrialRequest,
  { ingressUrl, fetch }: OwnIngress,
): Promise<Found> {
  // Our own port, wherever it was told to listen.
  const policy = networkPolicy({ allowPrivate: true });
  const answer = await fetch({ ...request, url: ingressUrl + path, policy });
  if (answer.kind !== 'response') return unreached(ingressUrl);
  if (!isLetIn({ status: answer.status, text: answer.body.toString() })) return refused(answer.status);
  return proves ? letIn : letInAnybody;
}

const letIn: Found = { outcome: 'ok', detail: 'A request with the current secrets was let in at the ingress.' };
const letInAnybody: Found = {
  outcome: 'ok',
  detail: 'A request was let in at the ingress. The connector asks for no proof: anybody may post to it.',
};
const unreached = (url: string): Found => ({
  outcome: 'failed',
  detail: `The gateway could not reach its own port at ${url}. Look at its log and its --host.`,
});
const refused = (status: number): Found => ({
  outcome: 'failed',
  detail: `A request with the current secrets was answered ${status}. Check the clock of the gateway; set the secrets anew.`,
});
