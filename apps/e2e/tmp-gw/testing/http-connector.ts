import { parseConnector, type HttpConnector } from '@trunkline/config';

/** An http connector as the file would make it: defaults applied. Throws when the fields are not valid. */
export function httpConnector(fields: object = {}): HttpConnector {
  const parsed = parseConnector('http', { name: 'hook', allow_unauthenticated_ingress: true, ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connector;
}
