export { auditRecordSchema, auditRoutes, type AuditRecord } from './audit-routes.ts';
export { connectorRoutes, connectorViewSchema, type ConnectorView, type ConnectorWritten } from './connector-routes.ts';
export { createControlClient, type ControlClient, type ControlClientOptions, type Received } from './client.ts';
export { deliveryRoutes } from './delivery-routes.ts';
export { deliveryStates, deliverySummarySchema, type DeliverySummary, type DeliveryView } from './delivery-views.ts';
export { eventRoutes, type StoredEvent } from './event-routes.ts';
export { type EventSummary, type TurnView } from './event-views.ts';
export { sessionRoutes } from './session-routes.ts';
export { type OutputView, type SessionSummary, type SessionView } from './session-views.ts';
export { type FeedEntry, type FollowOptions } from './follow-feed.ts';
export { consoleRoutes, csrfHeader, sessionCookie, type ConsoleSession } from './console-routes.ts';
export { ControlRefusedError, ControlUnreachableError } from './errors.ts';
export { type JsonSchema } from './json-schema.ts';
export {
  openApiDocument,
  type OpenApiDocument,
  type OpenApiOperation,
  type OpenApiParameter,
  type OpenApiResponse,
} from './openapi.ts';
export {
  connectorTestSchema,
  explanationSchema,
  gatewayRoutes,
  type ConnectorLog,
  type ConnectorTest,
  type Explanation,
  type SimulatedMessage,
} from './gateway-routes.ts';
export { grantRoutes } from './grant-routes.ts';
export { liveStateSchema, type LiveState } from './live-state.ts';
export { overviewRoutes, overviewSchema, type Overview } from './overview-routes.ts';
export { page, pageQuery } from './page.ts';
export {
  roleCovers,
  roles,
  type AnswerOf,
  type BodyOf,
  type CallOf,
  type ParamsOf,
  type QueryOf,
  type ReceivedOf,
  type Role,
  type Route,
} from './route.ts';
export { routes, type OperationId } from './routes.ts';
export { feedKinds, streamRoutes, type FeedItem } from './stream-routes.ts';
export { secretRoutes, secretViewSchema } from './secret-routes.ts';
export { tokenRoutes, tokenViewSchema, type TokenView } from './token-routes.ts';
