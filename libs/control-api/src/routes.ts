import { auditRoutes } from './audit-routes.ts';
import { connectorRoutes } from './connector-routes.ts';
import { tokenRoutes } from './token-routes.ts';

/** Every operation of the API, by its id. */
export const routes = {
  ...connectorRoutes,
  ...tokenRoutes,
  ...auditRoutes,
};

export type OperationId = keyof typeof routes;
