import type { Agent } from 'undici';
import { createGuardedAgent, type ResolveHost } from './guarded-agent.ts';
import { callOnce, type CallOutcome } from './guarded-call.ts';
import { checkUrl, type RefusalReason } from './guarded-url.ts';
import { createHostSlots } from './host-slots.ts';
import type { NetworkPolicy } from './network-policy.ts';

/** One outgoing call. Redirects are never followed: they come back as the response that they are. */
export interface OutgoingRequest {
  url: string;
  policy: NetworkPolicy;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** From the call's turn at its host to the last byte of the answer. Default 15 s. */
  timeoutMs?: number;
  /** More of an answer is not read. Default 64 KiB. */
  maxResponseBytes?: number;
  signal?: AbortSignal;
}

/** What came of a call. `sent` says whether a byte of the request may have left: false means that nobody has heard of it. */
export type FetchOutcome = { kind: 'refused'; reason: RefusalReason } | CallOutcome;

/** Makes outgoing calls to places that configuration, payloads or platforms name. Never throws for what happens on the network. */
export interface GuardedFetch {
  (request: OutgoingRequest): Promise<FetchOutcome>;
  /** Ends all connections. A call that still runs ends as a network error: let them finish first. */
  close(): Promise<void>;
}

/** `resolve` is for tests; `perHost` calls run at a time for one host, 10 unless told (spec 5.3). */
export interface GuardedFetchDeps {
  resolve?: ResolveHost;
  perHost?: number;
}

/** One of these serves a whole process: connections are kept apart by policy, the limit per host counts all of them. */
export function createGuardedFetch(deps: GuardedFetchDeps = {}): GuardedFetch {
  const perHost = deps.perHost ?? 10;
  const slots = createHostSlots(perHost);
  const agents = new Map<string, Agent>();

  function agentOf(policy: NetworkPolicy): Agent {
    const agent = agents.get(policy.key) ?? createGuardedAgent(policy, { ...deps, connections: perHost });
    agents.set(policy.key, agent);
    return agent;
  }

  async function guardedFetch(request: OutgoingRequest): Promise<FetchOutcome> {
    const checked = checkUrl(request.url, request.policy);
    if (!checked.ok) return { kind: 'refused', reason: checked.reason };
    const host = checked.url.hostname.replace(/\.$/, '');
    const slot = await slots.acquire(host, request.signal);
    if (!slot) return { kind: 'network_error', code: 'ABORTED', sent: false };
    try {
      return await callOnce({ ...request, url: checked.url }, agentOf(request.policy));
    } finally {
      slot.release();
    }
  }

  return Object.assign(guardedFetch, {
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  });
}
