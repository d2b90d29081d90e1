import { sessionCookie } from '@trunkline/control-api';
import { createAuthFailures } from '@trunkline/gateway-kit';
import type { Keyring } from '@trunkline/secrets';
import type { AuthenticateDeps } from './authenticate.ts';
import { createConsoleSessions } from './console/console-sessions.ts';
import { createBrowserCookie } from './console/browser-cookie.ts';
import { createKnownTokens, type KnownTokensDeps } from './tokens/known-tokens.ts';

export interface AccessDeps extends KnownTokensDeps, Pick<AuthenticateDeps, 'trustedProxies' | 'publicUrl'> {
  keyring: Keyring;
}

/** Everything that tells who a caller is. */
export function createAccess(deps: AccessDeps): AuthenticateDeps {
  const { keyring, now, trustedProxies, publicUrl } = deps;
  const known = createKnownTokens(deps);
  return {
    known,
    sessions: createConsoleSessions({ keyring, known, now }),
    cookie: createBrowserCookie({ name: sessionCookie, sameSite: 'Strict', publicUrl }),
    failures: createAuthFailures({ now }),
    trustedProxies,
    publicUrl,
  };
}
