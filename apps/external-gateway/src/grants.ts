import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { token, type Bucket } from '@trunkline/bus';

/** What a child may lease: bucket `grants`, key `external.<connector>`, one at a time; the token itself is nowhere. */
export interface Grant {
  v: 1;
  grant_id: string;
  connector: string;
  token_digest: string;
  /** Secret references by environment key. */
  keys: Record<string, string>;
  issued_at: string;
  expires_at_ms: number;
}

/** A grant in the hands of the supervisor that issued it. */
export interface HeldGrant {
  readonly token: string;
  /** False when it is ours no more: revoked by an operator or replaced. */
  renew(): Promise<boolean>;
  revoke(): Promise<void>;
}

export interface GrantDeps {
  bucket: Pick<Bucket<Grant>, 'get' | 'put' | 'update' | 'delete'>;
  now: () => number;
  lastMs: number;
}

const keyOf = (connector: string) => `external.${token(connector)}`;
const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Makes a grant for a new child. The one before it is revoked by that. */
export async function issueGrant(
  connector: string,
  keys: Record<string, string>,
  { bucket, now, lastMs }: GrantDeps,
): Promise<HeldGrant> {
  const secret = randomBytes(32).toString('base64url');
  const grant: Grant = {
    v: 1,
    grant_id: `grt_${randomBytes(12).toString('base64url')}`,
    connector,
    token_digest: digestOf(secret).toString('hex'),
    keys,
    issued_at: new Date(now()).toISOString(),
    expires_at_ms: now() + lastMs,
  };
  let revision: number | undefined = await bucket.put(keyOf(connector), grant, { ttlMs: lastMs });
  return {
    token: secret,
    async renew() {
      if (revision === undefined) return false;
      const renewed = { ...grant, expires_at_ms: now() + lastMs };
      revision = await bucket.update(keyOf(connector), renewed, revision, { ttlMs: lastMs });
      return revision !== undefined;
    },
    async revoke() {
      const mine = revision;
      revision = undefined;
      if (mine !== undefined) await bucket.delete(keyOf(connector), mine);
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
