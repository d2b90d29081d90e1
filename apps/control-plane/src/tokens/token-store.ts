import type { Bucket } from '@trunkline/bus';
import { tokenRecordSchema, type NewToken, makeToken, type TokenRecord } from './token-record.ts';

/** The tokens there are. Reads come from memory, which the bus keeps up to date: a revocation counts on every replica at once. */
export interface TokenStore {
  find(tokenId: string): TokenRecord | undefined;
  /** In no particular order. */
  list(): TokenRecord[];
  create(token: NewToken): Promise<{ token: string; record: TokenRecord }>;
  /** False when there is no such token. Revoking twice is true. */
  revoke(tokenId: string, now: number): Promise<boolean>;
  close(): void;
}

/** Resolves when all tokens are known. */
export async function openTokenStore(
  bucket: Pick<Bucket<unknown>, 'get' | 'create' | 'update' | 'watch'>,
): Promise<TokenStore> {
  const tokens = new Map<string, TokenRecord>();
  const remember = (key: string, value: unknown) => {
    const read = tokenRecordSchema.safeParse(value);
    if (read.success) tokens.set(key, read.data);
    else tokens.delete(key);
  };
  const watch = await bucket.watch('*', ({ key, value }) => remember(key, value));

  return {
    find: (tokenId) => tokens.get(tokenId),
    list: () => [...tokens.values()],
    async create(wanted) {
      const made = makeToken(wanted);
      await bucket.create(made.record.token_id, made.record);
      remember(made.record.token_id, made.record);
      return made;
    },
    async revoke(tokenId, now) {
      for (;;) {
        const entry = await bucket.get(tokenId);
        const read = tokenRecordSchema.safeParse(entry?.value);
        if (!entry || !read.success) return false;
        if (read.data.revoked_at !== undefined) return true;
        const revoked = { ...read.data, revoked_at: new Date(now).toISOString() };
        if ((await bucket.update(tokenId, revoked, entry.revision)) === undefined) continue;
        remember(tokenId, revoked);
        return true;
      }
    },
    close: () => watch.stop(),
  };
}
