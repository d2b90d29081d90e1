export { auditRecordSchema, auditRoutes, type AuditRecord } from './audit-routes.ts';
export { createControlClient, type ControlClient, type ControlClientOptions, type Received } from './client.ts';
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
export { grantRoutes } from './grant-routes.ts';
export { page, pageQuery } from './page.ts';
export {
  roleCovers,
  roles,
  type AnswerOf,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type Role,
  type Route,
} from './route.ts';
export { routes, type OperationId } from './routes.ts';
export { tokenRoutes, tokenViewSchema, type TokenView } from './token-routes.ts';
