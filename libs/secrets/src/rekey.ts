import type { Bucket } from '@trunkline/bus';
import { changeRecord, writeOver } from './change-record.ts';
import { deriveKey, type Keyring } from './keyring.ts';
import type { SealingKeys } from './sealing-keys.ts';
import { SecretBusyError, SecretInvalidError, SecretUnreadableError } from './secret-errors.ts';
import { countingVersions, openVersion, readRecord, sealVersion, type SecretRecord } from './secret-record.ts';

/** What a rekey did. A key may leave the keyring when nothing failed. */
export interface RekeyReport {
  rekeyed: string[];
  unchanged: string[];
  failed: { reference: string; reason: string }[];
}

/** What rekeying works with. */
export interface RekeyDeps {
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update'>;
  keyring: Keyring;
  now: () => number;
  random: () => number;
}

/** Re-encrypts these references with the first key, each by itself: others read and write meanwhile, and repeating it is harmless. */
export async function rekeySecrets(references: readonly string[], deps: RekeyDeps): Promise<RekeyReport> {
  // A key that was put into the file a moment ago is the first one by now.
  deps.keyring.look();
  const report: RekeyReport = { rekeyed: [], unchanged: [], failed: [] };
  const one = async (reference: string) => {
    try {
      report[await rekeyOne(reference, deps)].push(reference);
    } catch (error) {
      if (!isAboutThisOne(error)) throw error;
      report.failed.push({ reference, reason: error.message });
    }
  };
  for (let done = 0; done < references.length; done += atOnce) {
    await Promise.all(references.slice(done, done + atOnce).map(one));
  }
  return report;
}

/** Enough to hide the bus's latency. */
const atOnce = 32;

function isAboutThisOne(error: unknown): error is Error {
  return [SecretUnreadableError, SecretBusyError, SecretInvalidError].some((each) => error instanceof each);
}

function rekeyOne(reference: string, deps: RekeyDeps): Promise<'rekeyed' | 'unchanged'> {
  return changeRecord<'rekeyed' | 'unchanged'>(
    reference,
    async ({ key, purpose }, before) => {
      if (before === undefined) return 'unchanged';
      const next = resealed(readRecord(reference, before.value), deriveKey(deps.keyring, purpose), deps.now());
      if (next === undefined) return 'unchanged';
      return (await writeOver(before, { key, value: next }, deps.bucket)) === undefined ? undefined : 'rekeyed';
    },
    deps,
  );
}

/** The record sealed with the first key, without versions that count no more; `undefined` if it is so already. */
function resealed(record: SecretRecord, keys: SealingKeys, now: number): SecretRecord | undefined {
  const counting = countingVersions(record, now);
  const done = counting.length === record.versions.length && counting.every(({ key_id }) => key_id === keys.sealingId);
  if (done) return undefined;
  const { reference } = record;
  const versions = counting.map((old) => {
    const { version, created_at } = old;
    return { ...old, ...sealVersion(openVersion(reference, old, keys), { reference, version, created_at }, keys) };
  });
  return { ...record, versions };
}
