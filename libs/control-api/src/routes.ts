import { auditRoutes } from './audit-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { tokenRoutes } from './token-routes.ts';

/** Every operation of the API, by its id. */
export const routes = {
  ...tokenRoutes,
  ...auditRoutes,
  ...deliveryRoutes,
  ...grantRoutes,
};

export type OperationId = keyof typeof routes;
