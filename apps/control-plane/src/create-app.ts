import type { RequestListener } from 'node:http';
import { createIngressApp, sendAnswer, type IngressRoute } from '@trunkline/gateway-kit';
import { createAccess } from './access.ts';
import { consolePath, consoleRoutes, type ConsoleFiles } from './console/console-page.ts';
import { createApi, type ApiDeps } from './create-api.ts';
import { oidcPaths, oidcRoutes, type OidcSignIn } from './oidc/oidc-routes.ts';
import { referencePaths } from './reference/reference-page.ts';
import { referenceRoutes } from './reference/reference-routes.ts';
import { withSecurityHeaders } from './security-headers.ts';

export interface AppDeps extends Omit<ApiDeps, 'access' | 'oidcUrl'> {
  /** Without it people sign in with tokens only. */
  oidc: OidcSignIn | undefined;
  /** The built console; without it there is the API alone. */
  console?: ConsoleFiles | undefined;
}

/** Everything that the control plane serves: the API, what it says about itself, the console, and the way through an identity provider. */
export function createApp(deps: AppDeps): RequestListener {
  const { oidc, console, log } = deps;
  const access = createAccess(deps);
  const routes = [
    ...createApi({ ...deps, access, oidcUrl: oidc && oidcPaths.login }),
    ...referenceRoutes(),
    ...(console ? consoleRoutes(console) : []),
    home(console ? consolePath : referencePaths.page),
    ...(oidc ? oidcRoutes({ ...deps, ...oidc, access }) : []),
  ];
  return withSecurityHeaders(createIngressApp(routes, { log }), deps);
}

/** Where somebody lands who knows the address alone. */
function home(location: string): IngressRoute {
  return {
    path: '/',
    methods: { GET: async ({ res }) => sendAnswer(res, { status: 302, headers: { location }, body: '' }) },
  };
}
