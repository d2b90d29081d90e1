import { createHash, randomBytes } from 'node:crypto';
import { roles, type Role, type TokenView } from '@trunkline/control-api';
import { z } from 'zod';

/** A token as the bucket keeps it: whoever reads the bucket can call nothing. */
export const tokenRecordSchema = z.looseObject({
  v: z.literal(1),
  token_id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /** SHA-256 of the whole token, hex. The token is 256 random bits, so that a slow hash would add nothing. */
  digest: z.string(),
  created_at: z.string(),
  created_by: z.string(),
  expires_at: z.string().optional(),
  revoked_at: z.string().optional(),
});
export type TokenRecord = z.output<typeof tokenRecordSchema>;

const tokenPattern = /^tlt_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** What a new token is made from. */
export interface NewToken {
  name: string;
  role: Role;
  expiresInSeconds?: number | undefined;
  createdBy: string;
  now: number;
}

/** Makes a token, `tlt_<id>_<secret>`, and what is kept of it. */
export function makeToken({ name, role, expiresInSeconds, createdBy, now }: NewToken): {
  token: string;
  record: TokenRecord;
} {
  const tokenId = randomBytes(6).toString('hex');
  const token = `tlt_${tokenId}_${randomBytes(32).toString('base64url')}`;
  const record: TokenRecord = {
    v: 1,
    token_id: tokenId,
    name,
    role,
    digest: tokenDigest(token),
    created_at: new Date(now).toISOString(),
    created_by: createdBy,
    ...(expiresInSeconds !== undefined && { expires_at: new Date(now + expiresInSeconds * 1000).toISOString() }),
  };
  return { token, record };
}

/** The id inside a token; `undefined` when the text is none of ours. */
export function tokenIdIn(token: string): string | undefined {
  return tokenPattern.exec(token)?.[1];
}

export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Whether a token still counts. */
export function tokenState(record: TokenRecord, now: number): TokenView['state'] {
  if (record.revoked_at !== undefined) return 'revoked';
  return record.expires_at !== undefined && Date.parse(record.expires_at) <= now ? 'expired' : 'valid';
}

/** What may be told of a token. */
export function tokenView({ digest: _, ...record }: TokenRecord, now: number): TokenView {
  const { token_id, name, role, created_at, created_by, expires_at } = record;
  const state = tokenState({ ...record, digest: '' }, now);
  return { token_id, name, role, created_at, created_by, ...(expires_at !== undefined && { expires_at }), state };
}
