import { toPrintableWire, type ConnectorConfig } from '@trunkline/config';
import { canonicalJsonOfAnyText, sha256Hex } from '@trunkline/events';

const known = new WeakMap<ConnectorConfig, string>();

/** Tells one configuration from another, the same on every process. Inline secrets are not in it: nothing can be learned of them. */
export function configFingerprint(config: ConnectorConfig): string {
  const before = known.get(config);
  if (before !== undefined) return before;
  const made = sha256Hex(canonicalJsonOfAnyText(toPrintableWire(config))).slice(0, 16);
  known.set(config, made);
  return made;
}
