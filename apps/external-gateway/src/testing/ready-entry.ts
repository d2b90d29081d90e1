import { parseConnector, type ExternalConnector } from '@trunkline/config';
import { secretOf, type Secret } from '@trunkline/secrets';
import type { ExternalEntry } from '../access.ts';

/** An external connector as the file would make it: defaults applied. Throws when the fields are not valid. */
export function externalConnector(fields: object = {}): ExternalConnector {
  const wire = {
    name: 'side',
    platform: 'test',
    base_url: 'http://127.0.0.1:9',
    shared_token: 'right-token',
    ...fields,
  };
  const parsed = parseConnector('external', wire);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.connector;
}

/** A connector in the state in which the inventory gives it to a gateway; its inline token is resolved. */
export function readyEntry(fields: object = {}, secrets: Record<string, Secret[]> = {}): ExternalEntry {
  const config = externalConnector(fields);
  const inline = config.shared_token?.inline;
  return {
    ...{ kind: 'external', name: config.name, source: 'file', state: 'ready', config },
    secrets: { ...(inline !== undefined && { shared_token: [secretOf(inline)] }), ...secrets },
  };
}
