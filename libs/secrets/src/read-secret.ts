import { deriveKey, type Keyring } from './keyring.ts';
import { secretPlace, type SecretPlace } from './reference.ts';
import { Secret } from './secret.ts';
import { SecretUnreadableError } from './secret-errors.ts';
import { countingVersions, expiry, openVersion, readRecord, type SecretVersion } from './secret-record.ts';
import type { SecretUse } from './secret-use.ts';

/** What reading a reference came to. A bus that does not answer is not among it: that throws. */
export type SecretRead =
  | { status: 'found'; secrets: [Secret, ...Secret[]]; version: number; updated_at: string }
  | { status: 'absent' }
  | { status: 'unreadable'; reason: string; fix: string };

/** What the bucket holds for a reference, not parsed yet. */
interface StoredRecord {
  value: unknown;
}

/** What reading works with. */
export interface ReadSecretDeps {
  bucket: { get(key: string): Promise<StoredRecord | undefined> };
  keyring: Keyring;
  use: Pick<SecretUse, 'note'>;
  now: () => number;
}

/** Reads and decrypts the values of a reference that count now. */
export async function readSecret(reference: string, deps: ReadSecretDeps): Promise<SecretRead> {
  const place = secretPlace(reference);
  const entry = await deps.bucket.get(place.key);
  if (entry === undefined) return { status: 'absent' };
  try {
    return decrypt(place, entry, deps);
  } catch (error) {
    if (error instanceof SecretUnreadableError)
      return { status: 'unreadable', reason: error.message, fix: error.fix ?? '' };
    throw error;
  }
}

function decrypt(place: SecretPlace, entry: StoredRecord, deps: ReadSecretDeps): SecretRead {
  const record = readRecord(place.reference, entry.value);
  const [current, ...replaced] = countingVersions(record, deps.now());
  if (current === undefined) return { status: 'absent' };
  return {
    status: 'found',
    secrets: [secretFrom(place, current, deps), ...replaced.map((version) => secretFrom(place, version, deps))],
    version: current.version,
    updated_at: current.created_at,
  };
}

function secretFrom(place: SecretPlace, sealed: SecretVersion, { keyring, use }: ReadSecretDeps): Secret {
  const value = openVersion(place.reference, sealed, deriveKey(keyring, place.purpose));
  const validUntil = expiry(sealed);
  return new Secret(value, {
    version: sealed.version,
    ...(Number.isFinite(validUntil) ? { validUntil } : {}),
    onUse: () => use.note(place, sealed.version),
  });
}
