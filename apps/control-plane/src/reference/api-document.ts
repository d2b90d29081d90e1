import { openApiDocument, routes, type OpenApiDocument, type Route } from '@trunkline/control-api';
import { connectorBody } from './connector-body.ts';

/** Rises with what the API can do; its first part when something that worked would not work any more. */
const apiVersion = '1.0.0';

/** The OpenAPI document of the API as this process serves it. */
export function apiDocument(): OpenApiDocument {
  const table: [string, Route][] = Object.entries(routes);
  const written = table.filter(([, { method, path }]) => method === 'PUT' && path.endsWith(connectorPath));
  const bodies = Object.fromEntries(written.map(([id]) => [id, connectorBody()]));
  return openApiDocument(routes, { version: apiVersion, bodies });
}

const connectorPath = '/connectors/:kind/:name';
