import { secretsOf } from '@trunkline/config';
import { resolveSecret, type ResolveSecretDeps, type Secret } from '@trunkline/secrets';
import type { Resolve } from './entry.ts';

/**
 * Makes the resolver that a gateway gives to `openInventory`: every secret that a connector names must be there, credential
 * slots too. All that are missing are in the reason.
 */
export function secretResolver(deps: Omit<ResolveSecretDeps, 'kind'>): Resolve {
  return async (config) => {
    const secrets: Record<string, Secret[]> = {};
    const missing: string[] = [];
    for (const [field, sources] of Object.entries(secretsOf(config))) {
      const found = await resolveSecret(sources, { ...deps, kind: config.kind });
      if (found.status === 'resolved') secrets[field] = found.secrets;
      else if (found.status === 'missing') missing.push(`${field}: ${found.reason}`);
    }
    return missing.length > 0 ? { state: 'degraded', reason: missing.join('; ') } : { state: 'ready', secrets };
  };
}
