import type { Bucket, Change, Watch } from '@trunkline/bus';
import type { Keyring } from './keyring.ts';
import { checkSecrets, type UnreadableSecret } from './check-secrets.ts';
import { readSecret, type SecretRead } from './read-secret.ts';
import { namespacesOf, secretPlace } from './reference.ts';
import { rekeySecrets, type RekeyReport } from './rekey.ts';
import { readRecord, referenceIn } from './secret-record.ts';
import { createSecretUse, readUse, useKey, usePrefix } from './secret-use.ts';
import { secretView, type SecretView } from './secret-view.ts';
import { setSecret, type SecretSet } from './set-secret.ts';

/** Encrypted values by reference. Values go in by `set` and come out by `read`, as `Secret`s, and nowhere else. */
export interface SecretStore {
  /** The current value first, then replaced ones in their grace window. */
  read(reference: string): Promise<SecretRead>;
  /** Stores a new version. The one before counts for `graceMs` more (default 24 h); 0 cuts off all older ones at once. */
  set(reference: string, value: string, options?: { graceMs?: number }): Promise<SecretSet>;
  /**
   * Whether there was something to delete. Whether anybody still refers to it is the caller's question; with `version`, it is
   * deleted only while that one is current, so that a value that somebody set meanwhile stays.
   */
  delete(reference: string, only?: { version: number }): Promise<boolean>;
  view(reference: string): Promise<SecretView | undefined>;
  /** Everything that cannot be decrypted, and why: nothing, with the right keyring. */
  check(): Promise<UnreadableSecret[]>;
  /** Re-encrypts everything that is not sealed with the first key, while others read and write. */
  rekey(): Promise<RekeyReport>;
  /**
   * Tells when secrets that the gateway of a kind may read were set or deleted; not for those present at the start. `affects`
   * says whether a reference is among them.
   */
  watch(kind: string, onChange: (affects: (reference: string) => boolean) => void): Promise<Watch>;
  /** Waits for "last used" notes that are being written. */
  flush(): Promise<void>;
}

/** `random` (0 to 1) spreads writers that collide. */
export interface SecretStoreDeps {
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update' | 'delete' | 'entries' | 'watch'>;
  keyring: Keyring;
  now: () => number;
  random: () => number;
}

const defaultGraceMs = 24 * 3_600_000;

/** Opens the store over the bucket `secrets`. */
export function createSecretStore(deps: SecretStoreDeps): SecretStore {
  const { bucket, now } = deps;
  const use = createSecretUse(bucket, now);
  const told = new Map<string, Change<unknown>>();
  return {
    read: (reference) => readSecret(reference, { ...deps, use, bucket: { get: (key) => newest(key, bucket, told) } }),
    set: (reference, value, { graceMs = defaultGraceMs } = {}) => setSecret({ reference, value, graceMs }, deps),
    async delete(reference, only) {
      const place = secretPlace(reference);
      const entry = await bucket.get(place.key);
      if (entry === undefined) return false;
      const isOther = only && readRecord(reference, entry.value).versions[0]?.version !== only.version;
      if (isOther || !(await bucket.delete(place.key, only && entry.revision))) return false;
      await bucket.delete(useKey(place));
      return true;
    },
    async view(reference) {
      const place = secretPlace(reference);
      const [entry, note] = await Promise.all([bucket.get(place.key), bucket.get(useKey(place))]);
      if (entry === undefined) return undefined;
      return secretView(readRecord(reference, entry.value), readUse(note?.value), now());
    },
    check: () => checkSecrets(deps),
    rekey: async () => rekeySecrets(await references(bucket), deps),
    watch: (kind, onChange) => watchSecrets(kind, onChange, { bucket, told }),
    flush: use.flush,
  };
}

async function references(bucket: Pick<Bucket<unknown>, 'entries'>): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, value } of bucket.entries()) {
    // A record that does not even say whose it is still counts: a rekey must not call itself complete without it.
    if (!key.startsWith(usePrefix)) found.push(referenceIn(value) ?? key);
  }
  return found.sort();
}

type OnChange = (affects: (reference: string) => boolean) => void;

interface WatchDeps {
  bucket: Pick<Bucket<unknown>, 'watch'>;
  /** What the watch has told last of each key. */
  told: Map<string, Change<unknown>>;
}

/** What changes within this time is told together: a rekey writes every secret within seconds. */
const gatherMs = 20;

async function watchSecrets(kind: string, onChange: OnChange, { bucket, told }: WatchDeps): Promise<Watch> {
  let live = false;
  let timer: NodeJS.Timeout | undefined;
  let changed = new Set<string>();
  function tell(): void {
    const keys = changed;
    changed = new Set();
    timer = undefined;
    onChange((reference) => keys.has(secretPlace(reference).key));
  }
  const notice = (change: Change<unknown>) => {
    told.set(change.key, change);
    if (!live) return;
    changed.add(change.key);
    timer ??= setTimeout(tell, gatherMs);
  };
  const watches = await Promise.all(namespacesOf(kind).map((namespace) => bucket.watch(`${namespace}.*`, notice)));
  live = true;
  return {
    stop() {
      clearTimeout(timer);
      for (const watch of watches) watch.stop();
    },
  };
}

/** A read may be answered by a replica of the bus that lags behind the watch; who was told of a change must not read the old value. */
async function newest(
  key: string,
  bucket: Pick<Bucket<unknown>, 'get'>,
  told: ReadonlyMap<string, Change<unknown>>,
): Promise<{ value: unknown } | undefined> {
  const entry = await bucket.get(key);
  const change = told.get(key);
  if (change === undefined || (entry?.revision ?? 0) >= change.revision) return entry;
  return change.value === undefined ? undefined : change;
}
