import type { Secret } from '@trunkline/secrets';
import { equalInConstantTime } from '@trunkline/gateway-kit';
import type { Caller } from '../operation.ts';
import { tokenDigest, tokenIdIn, tokenState } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

export interface KnownTokensDeps {
  tokens: Pick<TokenStore, 'find'>;
  /** The token that the process was started with: a way in before there are any others. */
  adminToken: Secret | undefined;
  now: () => number;
}

/** A token that is neither expired nor revoked. */
export interface KnownToken {
  caller: Caller;
  /** SHA-256 of the token: tells two tokens of one id apart. */
  digest: string;
}

/** The tokens that count at this moment, those of the store and the one of the start. */
export interface KnownTokens {
  withText(token: string): KnownToken | undefined;
  withId(tokenId: string): KnownToken | undefined;
}

export function createKnownTokens({ tokens, adminToken, now }: KnownTokensDeps): KnownTokens {
  const startUp = adminToken && { caller: startUpCaller, digest: tokenDigest(adminToken.expose()) };
  const stored = (tokenId: string): KnownToken | undefined => {
    const record = tokens.find(tokenId);
    if (!record || tokenState(record, now()) !== 'valid') return undefined;
    const { token_id, name, role, expires_at, digest } = record;
    return { caller: { token_id, name, role, expires_at }, digest };
  };
  return {
    withText(token) {
      const candidates = [startUp, stored(tokenIdIn(token) ?? '')];
      return candidates.find((known) => known && equalInConstantTime(known.digest, tokenDigest(token)));
    },
    withId: (tokenId) => (tokenId === startUpCaller.token_id ? startUp : stored(tokenId)),
  };
}

const startUpCaller: Caller = { token_id: 'start-up', name: 'start-up token', role: 'admin' };
