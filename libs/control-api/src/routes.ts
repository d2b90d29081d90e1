import { auditRoutes } from './audit-routes.ts';
import { connectorRoutes } from './connector-routes.ts';
import { consoleRoutes } from './console-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { secretRoutes } from './secret-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { tokenRoutes } from './token-routes.ts';

/** Every operation of the API, by its id. */
export const routes = {
  ...overviewRoutes,
  ...connectorRoutes,
  ...tokenRoutes,
  ...auditRoutes,
  ...deliveryRoutes,
  ...eventRoutes,
  ...sessionRoutes,
  ...streamRoutes,
  ...consoleRoutes,
  ...grantRoutes,
  ...gatewayRoutes,
  ...secretRoutes,
};

export type OperationId = keyof typeof routes;
