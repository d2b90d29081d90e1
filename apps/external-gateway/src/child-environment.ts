import type { ExternalConnector } from '@trunkline/config';
import { inheritedVariables } from '@trunkline/sidecar-sdk';

/** What the gateway tells a child. */
export interface ChildFacts {
  gatewayUrl: string;
  sharedToken: string | undefined;
  credentialToken: string;
}

/** The environment of a child: what it inherits, what its connector sets, and ours under both of their names. */
export function childEnvironment(
  { name, base_url, child_process: child }: Pick<ExternalConnector, 'name' | 'base_url' | 'child_process'>,
  facts: ChildFacts,
  own: NodeJS.ProcessEnv,
): Record<string, string> {
  // Nothing else of our own: that is where other connectors' secrets are.
  const kept = inheritedVariables.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]] as const]));
  const keys = JSON.stringify(Object.keys(child?.credential_slots ?? {}).sort());
  return {
    ...Object.fromEntries(kept),
    ...child?.env,
    ...reserved('TRUNKLINE_CONNECTOR_', { name, base_url, gatewayName: 'GATEWAY_URL', keys, ...facts }),
    ...reserved('KHEISH_EXTERNAL_CONNECTOR_', { name, base_url, gatewayName: 'DAEMON_BASE_URL', keys, ...facts }),
  };
}

function reserved(
  prefix: string,
  facts: ChildFacts & { name: string; base_url: string; gatewayName: string; keys: string },
): Record<string, string> {
  const values = {
    NAME: facts.name,
    BASE_URL: facts.base_url,
    [facts.gatewayName]: facts.gatewayUrl,
    ...(facts.sharedToken !== undefined && { SHARED_TOKEN: facts.sharedToken }),
    CREDENTIAL_TOKEN: facts.credentialToken,
    CREDENTIAL_KEYS_JSON: facts.keys,
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]));
}
