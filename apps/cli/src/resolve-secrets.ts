import { kinds, secretsOf, tomlPlaces, type ConfigProblem, type ConnectorConfig } from '@trunkline/config';
import { createSecretStore, loadKeyring, resolveSecret, type SecretStore } from '@trunkline/secrets';
import { withBus, type BusFlags } from './connect.ts';
import { withDevKey } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';

/** A connectors file that was parsed. */
export interface ParsedFile {
  file: string;
  text: string;
  connectors: readonly ConnectorConfig[];
}

/**
 * Looks up every secret of the connectors that are switched on, as their gateways would with this environment. Asks the bus only when
 * something refers to the secret store.
 */
export async function resolveSecrets(
  parsed: ParsedFile,
  { flags, env }: { flags: BusFlags; env: NodeJS.ProcessEnv },
): Promise<ConfigProblem[]> {
  const refers = parsed.connectors.some((connector) =>
    Object.values(secretsOf(connector)).some(({ secret_ref }) => secret_ref !== undefined),
  );
  const keyring = refers ? await keyringFrom(withDevKey(env, flags.stateDir)) : undefined;
  if (keyring === undefined) return missingSecrets(parsed, { env, store: undefined });
  const clock = { now: Date.now, random: Math.random };
  return withBus(flags, (bus) =>
    missingSecrets(parsed, { env, store: createSecretStore({ bucket: bus.bucket('secrets'), keyring, ...clock }) }),
  );
}

async function keyringFrom(env: NodeJS.ProcessEnv) {
  const loaded = await loadKeyring(env);
  if (loaded.status === 'invalid') throw new CommandFailed(loaded.problem, { exit: 'usage', fix: loaded.fix });
  return loaded.status === 'loaded' ? loaded.keyring : undefined;
}

async function missingSecrets(
  { file, text, connectors }: ParsedFile,
  deps: { env: NodeJS.ProcessEnv; store: SecretStore | undefined },
): Promise<ConfigProblem[]> {
  const places = tomlPlaces(text);
  const problems: ConfigProblem[] = [];
  const seen = new Map<string, number>();
  for (const connector of connectors) {
    const { kind, name, enabled } = connector;
    const index = seen.get(kind) ?? 0;
    seen.set(kind, index + 1);
    if (!enabled) continue;
    for (const [field, sources] of Object.entries(secretsOf(connector))) {
      const found = await resolveSecret(sources, { ...deps, kind });
      if (found.status !== 'missing') continue;
      const key = found.source === 'inline' ? field : `${field}_${found.source}`;
      const line = places.lineOf([kinds[kind].table, index, key]);
      problems.push({ file, line, connector: `${kind}/${name}`, key, message: `${key}: ${found.reason}` });
    }
  }
  return problems.sort((a, b) => a.line - b.line);
}
