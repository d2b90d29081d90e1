import { AppError } from '@trunkline/errors';
import type { Secret } from '@trunkline/secrets';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';
import { z } from 'zod';
import { isLoopback } from '../is-loopback.ts';

/** What must be remembered from leaving for the provider until coming back. */
export const signInFlowSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
export type SignInFlow = z.output<typeof signInFlowSchema>;

/** What came of coming back. `reason` is for the log. */
export type SignInOutcome =
  { outcome: 'known'; subject: string; name: string; claims: object } | { outcome: 'refused'; reason: string };

/** An OpenID provider, asked by authorization code and PKCE. */
export interface IdentityProvider {
  /** Where the browser goes to sign in. Throws IdentityProviderAwayError. */
  begin(): Promise<{ url: URL; flow: SignInFlow }>;
  /** Who came back. `query` is that of the URL he came back to. Throws IdentityProviderAwayError. */
  finish(query: URLSearchParams, flow: SignInFlow): Promise<SignInOutcome>;
}

/** The provider does not answer, or not as OpenID Connect says. */
export class IdentityProviderAwayError extends AppError {
  readonly code = 'IDENTITY_PROVIDER_AWAY';

  constructor(issuer: string, options: ErrorOptions) {
    super(`The identity provider at ${issuer} does not answer as one.`, {
      ...options,
      fix: 'Check --oidc-issuer and that this process reaches it. Tokens work meanwhile.',
    });
  }
}

export interface IdentityProviderOptions {
  issuer: string;
  clientId: string;
  /** None for a public client, which PKCE alone protects. */
  clientSecret: Secret | undefined;
  /** Where the provider sends people back to, as registered there. */
  redirectUrl: string;
  /** Beyond `openid`, for the claims with the groups. */
  scopes: readonly string[];
}

const timeoutSeconds = 10;

/** Asks nothing yet: a provider that is away must not keep this process from starting. */
export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const { issuer, redirectUrl, scopes } = options;
  const unavailable = (cause: unknown) => new IdentityProviderAwayError(issuer, { cause });
  let discovered: Promise<Configuration> | undefined;
  const configuration = () => {
    discovered ??= discover(options).catch((error: unknown) => {
      discovered = undefined;
      throw unavailable(error);
    });
    return discovered;
  };

  return {
    async begin() {
      const flow = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUrl,
        scope: ['openid', ...scopes].join(' '),
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      return { url, flow };
    },
    async finish(query, { state, nonce, verifier }) {
      const at = new URL(redirectUrl);
      at.search = query.toString();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      try {
        const claims = (await authorizationCodeGrant(await configuration(), at, checks)).claims();
        if (!claims) return { outcome: 'refused', reason: 'no id token' };
        return { outcome: 'known', subject: claims.sub, name: nameIn(claims), claims };
      } catch (error) {
        if (error instanceof IdentityProviderAwayError) throw error;
        if (isAway(error)) throw unavailable(error);
        return { outcome: 'refused', reason: reasonOf(error) };
      }
    },
  };
}

function discover({ issuer, clientId, clientSecret }: IdentityProviderOptions): Promise<Configuration> {
  const url = new URL(issuer);
  const authentication = clientSecret === undefined ? None() : ClientSecretBasic(clientSecret.expose());
  // Over plain HTTP the answers prove nothing, except from this machine itself.
  const plain = url.protocol === 'http:' && isLoopback(url.hostname) ? [allowInsecureRequests] : [];
  const execute = [enableNonRepudiationChecks, ...plain];
  return discovery(url, clientId, undefined, authentication, { execute, timeout: timeoutSeconds });
}

/** How people call him: for the audit trail, beside the subject, which never changes. */
function nameIn(claims: { sub: string; [claim: string]: unknown }): string {
  const names = [claims['email'], claims['preferred_username'], claims['name'], claims.sub];
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? claims.sub;
}

const awayCodes = ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON'];

/** Whether the provider did not answer, or with an error page, rather than said no. */
function isAway(error: unknown): boolean {
  const { code } = Object(error);
  // What fetch throws; the library's own complaints have a code.
  return code === undefined ? error instanceof TypeError : awayCodes.includes(code);
}

/** `invalid_grant`, `access_denied`, `OAUTH_INVALID_RESPONSE` and the like: never what was sent. */
function reasonOf(error: unknown): string {
  const { error: said, code } = Object(error);
  return [said, code].find((reason) => typeof reason === 'string') ?? 'unknown';
}
