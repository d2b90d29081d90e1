import { randomBytes } from 'node:crypto';
import { roles } from '@trunkline/control-api';
import { deriveKey, openSealedText, sealText, type Keyring } from '@trunkline/secrets';
import { z } from 'zod';
import type { Caller } from '../operation.ts';
import type { KnownToken, KnownTokens } from '../tokens/known-tokens.ts';

const contentSchema = z.object({
  csrf: z.string(),
  who: z.discriminatedUnion('by', [
    z.object({ by: z.literal('token'), token_id: z.string(), digest: z.string() }),
    z.object({ by: z.literal('oidc'), subject: z.string(), name: z.string(), role: z.enum(roles) }),
  ]),
});
type Content = z.output<typeof contentSchema>;
type OidcIdentity = Omit<Extract<Content['who'], { by: 'oidc' }>, 'by'>;

/** A session that somebody has just signed in to. */
export interface StartedSession {
  /** The value of the cookie. */
  sealed: string;
  csrfToken: string;
  /** In ms. */
  expiresAt: number;
}

/**
 * Console sessions, kept nowhere but in the browser's cookie: sealed with a key derived from the keyring, so that every replica
 * can open what another one sealed.
 */
export interface ConsoleSessions {
  /** Lasts 12 hours, or as long as the token; ends with the token's revocation. */
  startForToken(token: KnownToken): StartedSession;
  /** Lasts an hour: nothing tells us when the identity provider shuts somebody out. */
  startForIdentity(identity: OidcIdentity): StartedSession;
  /** Who the cookie stands for, if its session still lasts. */
  open(sealed: string): { caller: Caller; csrfToken: string } | undefined;
}

const tokenSessionMs = 12 * 3_600_000;
const identitySessionMs = 3_600_000;

export function createConsoleSessions(deps: {
  keyring: Keyring;
  known: KnownTokens;
  now: () => number;
}): ConsoleSessions {
  const { keyring, known, now } = deps;
  const key = () => deriveKey(keyring, 'console-session');
  const start = (who: Content['who'], expiresAt: number): StartedSession => {
    const csrf = randomBytes(24).toString('base64url');
    const content: Content = { csrf, who };
    return { sealed: sealText(JSON.stringify(content), { key: key(), expiresAt }), csrfToken: csrf, expiresAt };
  };

  return {
    startForToken({ caller, digest }) {
      const tokenEnd = caller.expires_at === undefined ? Infinity : Date.parse(caller.expires_at);
      const who = { by: 'token', token_id: caller.token_id, digest } as const;
      return start(who, Math.min(now() + tokenSessionMs, tokenEnd));
    },
    startForIdentity: (identity) => start({ by: 'oidc', ...identity }, now() + identitySessionMs),
    open(sealed) {
      const opened = openSealedText(sealed, { key: key(), now: now() });
      if (!opened.ok) return undefined;
      const read = contentSchema.safeParse(JSON.parse(opened.text));
      const caller = read.success ? callerOf(read.data.who, known) : undefined;
      if (!read.success || !caller) return undefined;
      const expires_at = new Date(opened.expiresAt).toISOString();
      return { caller: { ...caller, expires_at }, csrfToken: read.data.csrf };
    },
  };
}

function callerOf(who: Content['who'], known: KnownTokens): Caller | undefined {
  if (who.by === 'oidc') return { token_id: `oidc:${who.subject}`, name: who.name, role: who.role };
  const token = known.withId(who.token_id);
  // A start-up token that was replaced has the same id and another digest.
  return token?.digest === who.digest ? token.caller : undefined;
}
