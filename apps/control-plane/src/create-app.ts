import type { RequestListener } from 'node:http';
import { createIngressApp } from '@trunkline/gateway-kit';
import { createApi, type ApiDeps } from './create-api.ts';
import { referenceRoutes } from './reference/reference-routes.ts';
import { withSecurityHeaders } from './security-headers.ts';

/** Everything that the control plane serves: the API, and what it says about itself. */
export function createApp(deps: ApiDeps): RequestListener {
  const routes = [...createApi(deps), ...referenceRoutes()];
  return withSecurityHeaders(createIngressApp(routes, { log: deps.log }), deps);
}
