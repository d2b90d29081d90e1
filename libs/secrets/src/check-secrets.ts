import type { Bucket } from '@trunkline/bus';
import { deriveKey, type Keyring } from './keyring.ts';
import { secretPlace } from './reference.ts';
import { KeyringScopeError, SecretUnreadableError } from './secret-errors.ts';
import { countingVersions, openVersion, readRecord, referenceIn } from './secret-record.ts';
import { usePrefix } from './secret-use.ts';

/** A stored secret that does not decrypt. */
export interface UnreadableSecret {
  reference: string;
  /** Names the key that is missing, or says what else is wrong. */
  reason: string;
}

/** Decrypts everything once and throws it away. */
export async function checkSecrets(deps: {
  bucket: Pick<Bucket<unknown>, 'entries'>;
  keyring: Keyring;
  now: () => number;
}): Promise<UnreadableSecret[]> {
  const unreadable: UnreadableSecret[] = [];
  for await (const { key, value } of deps.bucket.entries()) {
    if (key.startsWith(usePrefix)) continue;
    const reference = referenceIn(value) ?? key;
    const reason = whyNot(reference, value, deps);
    if (reason !== undefined) unreadable.push({ reference, reason });
  }
  return unreadable.sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

function whyNot(
  reference: string,
  value: unknown,
  { keyring, now }: { keyring: Keyring; now: () => number },
): string | undefined {
  try {
    const keys = deriveKey(keyring, secretPlace(reference).purpose);
    for (const version of countingVersions(readRecord(reference, value), now())) openVersion(reference, version, keys);
    return undefined;
  } catch (error) {
    if (error instanceof SecretUnreadableError || error instanceof KeyringScopeError) return error.message;
    throw error;
  }
}
