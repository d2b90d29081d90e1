import type { Bus } from './bus.ts';
import type { PlatformLease } from './run-leased.ts';
import { token } from './token.ts';

interface Fenced<T> {
  epoch: number;
  value?: T;
}

/** A value that only the newest owner of a lease can write, such as how far it has read. Await each call before the next. */
export interface LeasedRecord<T> {
  /** What was kept last, by whoever; earlier owners can write no more from then on. `undefined` when a newer owner was here. */
  load(): Promise<{ value: T | undefined } | undefined>;
  /** False when a newer owner has written: nothing was kept, and nothing will be any more. */
  save(value: T): Promise<boolean>;
}

/** A record in the hands of a lease's owner, by name; names of different leases of a gateway's kind must differ. */
export function leasedRecord<T>(
  { kind, name }: { kind: string; name: string },
  lease: Pick<PlatformLease, 'epoch'>,
  bus: Pick<Bus, 'bucket'>,
): LeasedRecord<T> {
  const { epoch } = lease;
  const bucket = bus.bucket<Fenced<T>>('cursors');
  // Three tokens: cursors of lanes have two.
  const fullKey = `leased.${token(kind)}.${token(name)}`;
  let revision: number | undefined;

  /** Writes our epoch; a write of ours whose answer was lost bears it already. */
  async function take(): Promise<{ value: T | undefined; revision: number } | undefined> {
    for (;;) {
      const found = await bucket.get(fullKey);
      if (found && found.value.epoch > epoch) return undefined;
      const value = found?.value.value;
      if (found?.value.epoch === epoch) return { value, revision: found.revision };
      const taken = found
        ? await bucket.update(fullKey, { epoch, value }, found.revision)
        : await bucket.create(fullKey, { epoch });
      if (taken !== undefined) return { value, revision: taken };
    }
  }

  return {
    async load() {
      const taken = await take();
      revision = taken?.revision;
      return taken && { value: taken.value };
    },
    async save(value) {
      for (;;) {
        revision ??= (await take())?.revision;
        if (revision === undefined) return false;
        revision = await bucket.update(fullKey, { epoch, value }, revision);
        if (revision !== undefined) return true;
      }
    },
  };
}
