import type { Bucket, Entry } from '@trunkline/bus';
import { changeRecord, writeOver } from './change-record.ts';
import { deriveKey, type Keyring } from './keyring.ts';
import { SecretInvalidError } from './secret-errors.ts';
import { readRecord, rotated, sealVersion } from './secret-record.ts';

/** A value to store. `graceMs` is how long the one before counts on. */
export interface NewSecret {
  reference: string;
  value: string;
  graceMs: number;
}

/**
 * A value that was stored.
 *
 * `undo` puts back what was there before. Where somebody wrote a newer version since, that stays, and only this one no longer
 * counts. False when neither was possible.
 */
export interface SecretSet {
  version: number;
  undo(): Promise<boolean>;
}

/** What storing works with. */
export interface SetSecretDeps {
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update' | 'delete'>;
  keyring: Keyring;
  now: () => number;
  random: () => number;
}

const longestValue = 65_536;

/** Encrypts a value as the next version of its reference. */
export async function setSecret({ reference, value, graceMs }: NewSecret, deps: SetSecretDeps): Promise<SecretSet> {
  checkValue(reference, value);
  return changeRecord(
    reference,
    async ({ key, purpose }, before) => {
      const record = before === undefined ? undefined : readRecord(reference, before.value);
      const now = deps.now();
      const at = {
        reference,
        version: Math.max(0, ...(record?.versions ?? []).map((old) => old.version)) + 1,
        created_at: new Date(now).toISOString(),
      };
      const added = { reference, ...sealVersion(value, at, deriveKey(deps.keyring, purpose)) };
      const next = rotated(record, added, { now, graceEnds: now + graceMs });
      const revision = await writeOver(before, { key, value: next }, deps.bucket);
      if (revision === undefined) return undefined;
      const undo = async () =>
        (await putBack(before, { key, revision }, deps.bucket)) || withdraw(reference, at.version, deps);
      return { version: at.version, undo };
    },
    deps,
  );
}

async function putBack(
  before: Entry<unknown> | undefined,
  { key, revision }: { key: string; revision: number },
  bucket: SetSecretDeps['bucket'],
): Promise<boolean> {
  if (before === undefined) return bucket.delete(key, revision);
  return (await bucket.update(key, before.value, revision)) !== undefined;
}

/** Takes a version back that a newer one has replaced: it would count until the end of its grace otherwise. */
async function withdraw(reference: string, version: number, deps: SetSecretDeps): Promise<boolean> {
  return changeRecord(
    reference,
    async ({ key }, before) => {
      if (before === undefined) return false;
      const record = readRecord(reference, before.value);
      const [current, ...replaced] = record.versions;
      const rest = replaced.filter((old) => old.version !== version);
      if (current === undefined || rest.length === replaced.length) return false;
      const written = await writeOver(before, { key, value: { ...record, versions: [current, ...rest] } }, deps.bucket);
      return written === undefined ? undefined : true;
    },
    deps,
  );
}

function checkValue(reference: string, value: string): void {
  if (value.trim() === '') {
    throw new SecretInvalidError(`The value for secret "${reference}" is blank.`, {
      fix: 'Give a value, or delete the secret.',
    });
  }
  if (Buffer.byteLength(value) <= longestValue) return;
  throw new SecretInvalidError(`The value for secret "${reference}" is longer than ${longestValue} bytes.`, {
    fix: 'Store the key or token itself, not the file around it.',
  });
}
