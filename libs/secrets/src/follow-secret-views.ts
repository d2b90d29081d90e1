import type { Bucket, Watch } from '@trunkline/bus';
import { secretPlace } from './reference.ts';
import { readRecord, referenceIn, type SecretRecord } from './secret-record.ts';
import { readUse, useKey, usePrefix, type UseTimes } from './secret-use.ts';
import { secretView, type SecretView } from './secret-view.ts';

/** Views of all secrets from memory, for lists that show many. They lag a few milliseconds behind the newest write. */
export interface FollowedSecretViews extends Watch {
  view(reference: string): SecretView | undefined;
  /** Those whose reference begins so, in no particular order. */
  list(prefix: string): SecretView[];
}

const mostKeys = 100_000;

/** Follows the bucket `secrets`; resolves when all are known. Decrypts nothing. */
export async function followSecretViews(
  bucket: Pick<Bucket<unknown>, 'watch'>,
  now: () => number,
): Promise<FollowedSecretViews> {
  const records = new Map<string, SecretRecord>();
  const used = new Map<string, UseTimes>();
  const watch = await bucket.watch('>', ({ key, value }) => {
    if (key.startsWith(usePrefix)) return value === undefined ? used.delete(key) : used.set(key, readUse(value));
    const record = value === undefined ? undefined : readable(key, value);
    return record ? records.set(key, record) : records.delete(key);
  });
  // Making a key hashes the reference; lists ask for the same thousands again and again.
  const keys = new Map<string, string>();
  function keyOf(reference: string): string {
    const key = keys.get(reference) ?? secretPlace(reference).key;
    if (keys.size > mostKeys) keys.clear();
    keys.set(reference, key);
    return key;
  }
  function viewAt(key: string): SecretView | undefined {
    const record = records.get(key);
    return record && secretView(record, used.get(useKey({ key })) ?? {}, now());
  }
  return {
    stop: () => watch.stop(),
    view: (reference) => viewAt(keyOf(reference)),
    list(prefix) {
      const meant = [...records].filter(([, { reference }]) => reference.startsWith(prefix));
      return meant.flatMap(([key]) => viewAt(key) ?? []);
    },
  };
}

/** A record that cannot be read has no view; whoever reads the secret itself is told why. */
function readable(key: string, value: unknown): SecretRecord | undefined {
  try {
    return readRecord(referenceIn(value) ?? key, value);
  } catch {
    return undefined;
  }
}
