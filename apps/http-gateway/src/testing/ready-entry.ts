import type { HttpConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { secretOf, type Secret } from '@trunkline/secrets';
import { httpConnector } from './http-connector.ts';

/** A connector in the state in which the inventory gives it to a gateway; inline secrets are resolved. */
export function readyEntry(fields: object = {}, secrets: Record<string, Secret[]> = {}): ReadyEntry<HttpConnector> {
  const config = httpConnector(fields);
  const names = ['bearer_token', 'signing_secret', 'egress_signing_secret'] as const;
  const inline = names.flatMap((name) =>
    config[name]?.inline === undefined ? [] : [[name, [secretOf(config[name].inline)]]],
  );
  return {
    kind: 'http',
    name: config.name,
    source: 'file',
    state: 'ready',
    config,
    secrets: { ...Object.fromEntries(inline), ...secrets },
  };
}
