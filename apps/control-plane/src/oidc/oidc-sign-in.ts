import type { Role } from '@trunkline/control-api';
import { AppError } from '@trunkline/errors';
import type { Secret } from '@trunkline/secrets';
import { createIdentityProvider } from './identity-provider.ts';
import { oidcPaths, type OidcSignIn } from './oidc-routes.ts';

/** Some settings of the identity provider are there, others it cannot do without are not. */
export class OidcSettingsIncompleteError extends AppError {
  readonly code = 'OIDC_SETTINGS_INCOMPLETE';

  constructor(missing: readonly string[]) {
    super(`Signing in with an identity provider also needs ${missing.join(', ')}.`, {
      fix: 'Give what is missing, or leave --oidc-issuer out.',
    });
  }
}

export interface OidcSettings {
  publicUrl: string | undefined;
  oidcIssuer: string | undefined;
  oidcClientId: string | undefined;
  oidcClientSecret: Secret | undefined;
  oidcScopes: readonly string[];
  oidcRoleClaim: string;
  oidcAdminGroup: string | undefined;
  oidcOperatorGroup: string | undefined;
  oidcViewerGroup: string | undefined;
}

/** Signing in as the settings say; `undefined` when they name no provider. Throws OidcSettingsIncompleteError. */
export function oidcSignIn(settings: OidcSettings): OidcSignIn | undefined {
  const { publicUrl, oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = settings;
  if (issuer === undefined) return undefined;
  const groups: Record<Role, string | undefined> = {
    admin: settings.oidcAdminGroup,
    operator: settings.oidcOperatorGroup,
    viewer: settings.oidcViewerGroup,
  };
  const nobody = Object.values(groups).every((group) => group === undefined);
  if (publicUrl === undefined || clientId === undefined || nobody) {
    throw new OidcSettingsIncompleteError([
      ...(publicUrl === undefined ? ['--public-url'] : []),
      ...(clientId === undefined ? ['--oidc-client-id'] : []),
      ...(nobody ? ['one of --oidc-admin-group, --oidc-operator-group, --oidc-viewer-group'] : []),
    ]);
  }
  const redirectUrl = new URL(oidcPaths.callback, publicUrl).href;
  const provider = createIdentityProvider({ issuer, clientId, clientSecret, redirectUrl, scopes: settings.oidcScopes });
  return { provider, mapping: { claim: settings.oidcRoleClaim, groups } };
}
