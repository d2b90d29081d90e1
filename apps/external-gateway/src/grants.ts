import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { token, type Bucket } from '@trunkline/bus';
import type { Grant } from '@trunkline/events';

/** A grant in the hands of the supervisor that issued it. */
export interface HeldGrant {
  readonly token: string;
  /** False when it is ours no more: revoked by an operator or replaced. */
  renew(): Promise<boolean>;
  revoke(): Promise<void>;
}

export interface GrantDeps {
  bucket: Pick<Bucket<Grant>, 'get' | 'create' | 'update' | 'delete'>;
  now: () => number;
  lastMs: number;
}

const keyOf = (connector: string) => `external.${token(connector)}`;
const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Makes a grant for a new child. The one before it is revoked by that. `undefined` when a newer owner has issued one. */
export async function issueGrant(
  { connector, keys, epoch }: Pick<Grant, 'connector' | 'keys' | 'epoch'>,
  { bucket, now, lastMs }: GrantDeps,
): Promise<HeldGrant | undefined> {
  const secret = randomBytes(32).toString('base64url');
  const grant: Grant = {
    v: 1,
    grant_id: `grt_${randomBytes(12).toString('base64url')}`,
    ...{ epoch, connector, keys },
    token_digest: digestOf(secret).toString('hex'),
    issued_at: new Date(now()).toISOString(),
    expires_at_ms: now() + lastMs,
  };
  const key = keyOf(connector);
  let revision: number | undefined;
  while (revision === undefined) {
    const found = await bucket.get(key);
    if (found && found.value.epoch > epoch) return undefined;
    revision = found
      ? await bucket.update(key, grant, found.revision, { ttlMs: lastMs })
      : await bucket.create(key, grant, { ttlMs: lastMs });
  }
  return {
    token: secret,
    async renew() {
      if (revision === undefined) return false;
      const renewed = { ...grant, expires_at_ms: now() + lastMs };
      revision = await bucket.update(key, renewed, revision, { ttlMs: lastMs });
      return revision !== undefined;
    },
    async revoke() {
      const mine = revision;
      revision = undefined;
      if (mine !== undefined) await bucket.delete(key, mine);
    },
  };
}

/** The grant that a presented token stands for, if it is the connector's current one and has not expired. */
export async function findGrant(
  connector: string,
  presented: string,
  { bucket, now }: Pick<GrantDeps, 'now'> & { bucket: Pick<Bucket<Grant>, 'get'> },
): Promise<Grant | undefined> {
  const grant = (await bucket.get(keyOf(connector)))?.value;
  if (grant === undefined) return undefined;
  const expected = Buffer.from(grant.token_digest, 'hex');
  const given = digestOf(presented);
  const same = expected.length === given.length && timingSafeEqual(expected, given);
  return same && grant.expires_at_ms > now() ? grant : undefined;
}
