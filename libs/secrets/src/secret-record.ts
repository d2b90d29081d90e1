import { z } from 'zod';
import { open, seal } from './aead.ts';
import { freshNonce } from './nonces.ts';
import type { SealingKeys } from './sealing-keys.ts';
import { SecretUnreadableError } from './secret-errors.ts';

const versionSchema = z.looseObject({
  version: z.number().int().positive(),
  key_id: z.string(),
  nonce: z.base64url(),
  ciphertext: z.base64url(),
  created_at: z.string(),
  /** When a version that was replaced stops to count. The current one has none. */
  expires_at: z.string().optional(),
});

// Loose: a newer replica's fields survive a write by an older one.
const recordSchema = z.looseObject({ v: z.literal(1), reference: z.string(), versions: z.array(versionSchema).min(1) });

/** One encrypted value of a secret. */
export type SecretVersion = z.infer<typeof versionSchema>;

/** What the bucket holds for one reference; the current version comes first. */
export type SecretRecord = z.infer<typeof recordSchema>;

// A rotation a minute for ten minutes; nobody needs more than the last few.
const mostVersions = 10;

/** Parses what the bucket holds. Throws SecretUnreadableError when it is not a record of ours. */
export function readRecord(reference: string, value: unknown): SecretRecord {
  const record = recordSchema.safeParse(value);
  if (record.success) return record.data;
  throw new SecretUnreadableError(reference, {
    reason: 'its record in the bucket has a shape that this version does not know',
    fix: 'Update this process, or set the secret again.',
    cause: record.error,
  });
}

/** Whose record a value of the bucket says it is. */
export function referenceIn(value: unknown): string | undefined {
  const named = z.looseObject({ reference: z.string() }).safeParse(value);
  return named.success ? named.data.reference : undefined;
}

/** Encrypts a value as one version of a reference: bound to both, it decrypts under no other name or number. */
export function sealVersion(
  value: string,
  at: { reference: string; version: number; created_at: string },
  keys: SealingKeys,
): SecretVersion {
  const { reference, version, created_at } = at;
  const nonce = freshNonce();
  const ciphertext = seal(value, { key: keys.sealing(), nonce, about: boundTo(reference, version) });
  return {
    version,
    key_id: keys.sealingId,
    nonce: nonce.toString('base64url'),
    ciphertext: ciphertext.toString('base64url'),
    created_at,
  };
}

/** Decrypts one version. Throws SecretUnreadableError, which says whether the key or the value is wrong. */
export function openVersion(reference: string, sealed: SecretVersion, keys: SealingKeys): string {
  const key = keys.find(sealed.key_id);
  if (key === undefined) {
    throw new SecretUnreadableError(reference, {
      reason: `it is sealed with key "${sealed.key_id}", which is not in the keyring`,
      fix: 'Put that key back behind the others and run: trunkline secrets rekey',
    });
  }
  const nonce = Buffer.from(sealed.nonce, 'base64url');
  const about = boundTo(reference, sealed.version);
  const value = open(Buffer.from(sealed.ciphertext, 'base64url'), { key, nonce, about });
  if (value !== undefined) return value;
  throw new SecretUnreadableError(reference, {
    reason: `it was changed, moved from another name, or sealed with another key of the id "${sealed.key_id}"`,
    fix: 'Set the secret again.',
  });
}

const boundTo = (reference: string, version: number) => Buffer.from(`trunkline/secret/v1\n${reference}\n${version}`);

/** The record after `added` became current: what it replaces counts until `graceEnds`, if that is still to come. */
export function rotated(
  record: SecretRecord | undefined,
  added: SecretVersion & { reference: string },
  times: { now: number; graceEnds: number },
): SecretRecord {
  const { reference, ...version } = added;
  const replaced = (record?.versions ?? [])
    .map((old) => ({ ...old, expires_at: new Date(Math.min(expiry(old), times.graceEnds)).toISOString() }))
    .filter((old) => expiry(old) > times.now);
  return { ...record, v: 1, reference, versions: [version, ...replaced].slice(0, mostVersions) };
}

/** Versions that count at a moment, the current one first. */
export function countingVersions(record: SecretRecord, now: number): SecretVersion[] {
  return record.versions.filter((version) => expiry(version) > now);
}

/** When a version stops to count, in ms; for the current one later than any date. */
export function expiry({ expires_at }: Pick<SecretVersion, 'expires_at'>): number {
  return expires_at === undefined ? Infinity : Date.parse(expires_at);
}
