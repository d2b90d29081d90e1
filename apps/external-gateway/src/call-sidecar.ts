import { networkPolicy, resolveWithSystem, createGuardedFetch } from '@trunkline/gateway-kit';
import type { FetchOutcome, GuardedFetch, GuardedFetchDeps, OutgoingRequest } from '@trunkline/gateway-kit';
import { validSecrets, type Secret } from '@trunkline/secrets';
import { sharedTokens, type ExternalEntry } from './access.ts';

/** One request to a sidecar; its path stands behind `base_url`. */
export interface SidecarRequest extends Pick<OutgoingRequest, 'body' | 'headers' | 'timeoutMs' | 'signal'> {
  path: '/manifest' | '/health' | '/deliver';
}

/** Calls sidecars within their network rules, with their current shared token. */
export interface CallSidecar {
  (entry: ExternalEntry, request: SidecarRequest): Promise<FetchOutcome>;
  close(): Promise<void>;
}

const loopback = ['127.0.0.0/8', '::1/128'];
const isLoopback = (address: string) => address === '::1' || address.startsWith('127.');

/** `resolve` is for tests. Health and deliveries each have their own: a sidecar that hangs in one must still be asked the other. */
export function createCallSidecar(deps: GuardedFetchDeps & { now: () => number }): CallSidecar {
  const { now, resolve = resolveWithSystem, ...limits } = deps;
  const remote = createGuardedFetch({ ...limits, resolve });
  // A child process is on this machine or nowhere: a name of it that leads away has no address at all.
  const local = createGuardedFetch({
    ...limits,
    resolve: async (hostname) => {
      const all = await resolve(hostname);
      return all.every(({ address }) => isLoopback(address)) ? all : [];
    },
  });

  async function call(entry: ExternalEntry, { path, ...request }: SidecarRequest): Promise<FetchOutcome> {
    const { config } = entry;
    const isChild = config.mode === 'child_process';
    const fetch: GuardedFetch = isChild ? local : remote;
    const policy = isChild
      ? networkPolicy({ allowCidrs: loopback })
      : networkPolicy({ allowPrivate: config.allow_private_network });
    const [token] = validSecrets(sharedTokens(entry) ?? [], now());
    const headers = { 'user-agent': 'Trunkline', ...request.headers, ...(token && authorization(token)) };
    const method = path === '/deliver' ? 'POST' : 'GET';
    const outcome = await fetch({ ...request, url: config.base_url + path, policy, method, headers });
    if (outcome.kind === 'response' && outcome.status !== 401) token?.markUsed();
    return outcome;
  }
  return Object.assign(call, {
    close: async () => void (await Promise.all([remote.close(), local.close()])),
  });
}

const authorization = (token: Secret) => ({ authorization: `Bearer ${token.expose().trim()}` });
