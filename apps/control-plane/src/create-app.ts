import type { RequestListener } from 'node:http';
import { createIngressApp } from '@trunkline/gateway-kit';
import { createAccess } from './access.ts';
import { createApi, type ApiDeps } from './create-api.ts';
import { oidcPaths, oidcRoutes, type OidcSignIn } from './oidc/oidc-routes.ts';
import { referenceRoutes } from './reference/reference-routes.ts';
import { withSecurityHeaders } from './security-headers.ts';

export interface AppDeps extends Omit<ApiDeps, 'access' | 'oidcUrl'> {
  /** Without it people sign in with tokens only. */
  oidc: OidcSignIn | undefined;
}

/** Everything that the control plane serves: the API, what it says about itself, and the way through an identity provider. */
export function createApp(deps: AppDeps): RequestListener {
  const { oidc, log } = deps;
  const access = createAccess(deps);
  const routes = [
    ...createApi({ ...deps, access, oidcUrl: oidc && oidcPaths.login }),
    ...referenceRoutes(),
    ...(oidc ? oidcRoutes({ ...deps, ...oidc, access }) : []),
  ];
  return withSecurityHeaders(createIngressApp(routes, { log }), deps);
}
