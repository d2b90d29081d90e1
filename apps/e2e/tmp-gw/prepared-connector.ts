import type { HttpConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { compileMapping, type CompiledMapping } from './mapping.ts';
import { bearerKeys, signingKeys, type Credentials } from './verify.ts';

/** A connector with what each request needs of it made once: keys as bytes, templates compiled. */
export interface PreparedConnector {
  config: HttpConnector;
  credentials: Credentials;
  mapping: CompiledMapping | undefined;
}

const prepared = new WeakMap<ReadyEntry<HttpConnector>, PreparedConnector>();

/** Prepares an inventory entry; every change of configuration or secrets is a new entry, so it is done once for each. */
export function preparedConnector(entry: ReadyEntry<HttpConnector>): PreparedConnector {
  const known = prepared.get(entry);
  if (known) return known;
  const { config } = entry;
  const made = { config, credentials: credentialsOf(entry), mapping: config.mapping && compileMapping(config.mapping) };
  prepared.set(entry, made);
  return made;
}

/** What is configured is asked for, also when none of its values turned out usable: then nobody gets in. */
function credentialsOf({ config, secrets }: ReadyEntry<HttpConnector>): Credentials {
  const { bearer_token, signing_secret, signature_scheme: scheme = 'standard-webhooks' } = config;
  const maxAgeSeconds = config.signature_max_age_seconds;
  return {
    ...(bearer_token && { bearer: bearerKeys(secrets['bearer_token'] ?? []) }),
    ...(signing_secret && {
      signing: { scheme, keys: signingKeys(scheme, secrets['signing_secret'] ?? []), maxAgeSeconds },
    }),
  };
}
