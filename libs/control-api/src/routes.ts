import { auditRoutes } from './audit-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { tokenRoutes } from './token-routes.ts';

/** Every operation of the API, by its id. */
export const routes = {
  ...tokenRoutes,
  ...auditRoutes,
  ...deliveryRoutes,
  ...eventRoutes,
  ...sessionRoutes,
  ...streamRoutes,
  ...grantRoutes,
};

export type OperationId = keyof typeof routes;
