import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayAnswer, GatewayClient } from './gateway-client.ts';
import { credentialSchema, type Credential } from './ingress-contract.ts';
import { backoffMs } from './retry-delay.ts';
import { SidecarError } from './sidecar-error.ts';

/** A lease is renewed this long before its end, or when a fifth of it is left, if that is later. */
const renewBeforeMs = 30_000;
const maxAttempts = 5;

export interface CredentialDeps {
  gateway: GatewayClient;
  token: string;
  firstBackoffMs: number;
  now(): number;
  random(): number;
}

/** Leases secrets by the names of their variables, and keeps each until shortly before it expires. */
export function leasedCredentials(deps: CredentialDeps): (envKey: string) => Promise<string> {
  const kept = new Map<string, { lease: Credential; renewAt: number }>();
  const underWay = new Map<string, Promise<string>>();

  async function renew(envKey: string): Promise<string> {
    try {
      const lease = await fetchLease(envKey, deps);
      const leftMs = lease.expires_at_ms - deps.now();
      kept.set(envKey, { lease, renewAt: lease.expires_at_ms - Math.min(renewBeforeMs, leftMs / 5) });
      return lease.value;
    } catch (error) {
      const old = kept.get(envKey)?.lease;
      const unavailable = error instanceof SidecarError && error.code === 'CREDENTIAL_UNAVAILABLE';
      // A gateway that restarts does not revoke what it leased.
      if (unavailable && old && old.expires_at_ms > deps.now()) return old.value;
      throw error;
    }
  }

  return (envKey) => {
    const known = kept.get(envKey);
    if (known && known.renewAt > deps.now()) return Promise.resolve(known.lease.value);
    const earlier = underWay.get(envKey);
    if (earlier) return earlier;
    const renewed = renew(envKey).finally(() => underWay.delete(envKey));
    underWay.set(envKey, renewed);
    return renewed;
  };
}

async function fetchLease(envKey: string, deps: CredentialDeps): Promise<Credential> {
  const path = `/credentials/${encodeURIComponent(envKey)}`;
  for (let attempt = 1; ; attempt++) {
    const answer = await deps.gateway.request({ path, method: 'GET', token: deps.token, timeoutMs: 10_000 });
    if (answer.outcome === 'refused') throw refused(envKey, answer);
    const lease = answer.outcome === 'ok' ? credentialSchema.safeParse(answer.document).data : undefined;
    if (lease) return lease;
    if (attempt >= maxAttempts) throw unavailable(envKey);
    const asked = answer.outcome === 'again' ? answer.afterMs : undefined;
    await sleep(asked ?? backoffMs(attempt, { firstMs: deps.firstBackoffMs, random: deps.random() }));
  }
}

const refused = (envKey: string, { status, code }: Extract<GatewayAnswer, { outcome: 'refused' }>) =>
  new SidecarError(
    'CREDENTIAL_REFUSED',
    status === 404
      ? `${envKey} is not granted: add it to credential_slots of the connector.`
      : `The lease of ${envKey} was refused (HTTP ${status}): the grant was revoked or replaced.`,
    { refusal: { status, problemCode: code } },
  );

const unavailable = (envKey: string) =>
  new SidecarError('CREDENTIAL_UNAVAILABLE', `The gateway does not give ${envKey} now.`);
