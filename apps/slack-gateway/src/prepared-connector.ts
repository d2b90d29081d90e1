import type { SlackConnector } from '@trunkline/config';
import type { ReadyEntry } from '@trunkline/inventory';
import { signingKeys, type SigningKey } from './verify.ts';

/** A connector with what each request needs of it made once. */
export interface PreparedConnector {
  entry: ReadyEntry<SlackConnector>;
  config: SlackConnector;
  /** `undefined` asks for no signature; an empty list lets nobody in. */
  keys: readonly SigningKey[] | undefined;
}

const prepared = new WeakMap<ReadyEntry<SlackConnector>, PreparedConnector>();

/** Prepares an inventory entry; every change of configuration or secrets is a new entry, so it is done once for each. */
export function preparedConnector(entry: ReadyEntry<SlackConnector>): PreparedConnector {
  const known = prepared.get(entry);
  if (known) return known;
  const made = { entry, config: entry.config, keys: keysOf(entry) };
  prepared.set(entry, made);
  return made;
}

/** Nobody has to call a connector in Socket Mode, so over HTTP it never goes without a signature. */
function keysOf({ config, secrets }: ReadyEntry<SlackConnector>): readonly SigningKey[] | undefined {
  const open = config.signing_secret === undefined && config.ingress_mode === 'events_api';
  return open && config.allow_unauthenticated_ingress ? undefined : signingKeys(secrets['signing_secret'] ?? []);
}
