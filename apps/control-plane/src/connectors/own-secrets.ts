import { secretsOf, type ConnectorConfig } from '@trunkline/config';
import type { ConnectorRef } from '@trunkline/events';
import type { Inventory } from '@trunkline/inventory';
import { conventionalReference, type SecretStore } from '@trunkline/secrets';

/** A stored secret, as it was when somebody looked. */
export interface HeldSecret {
  reference: string;
  version: number;
}

/** The stored secrets that a connector names by the convention: its own, which it takes along when it goes. */
export async function ownSecrets(
  { config, without }: { config: ConnectorConfig | undefined; without?: ConnectorConfig },
  secrets: Pick<SecretStore, 'view'>,
): Promise<HeldSecret[]> {
  if (config === undefined) return [];
  const kept = without === undefined ? [] : ownReferences(without);
  const left = ownReferences(config).filter((reference) => !kept.includes(reference));
  const views = await Promise.all(left.map((reference) => secrets.view(reference)));
  return views.flatMap((view) => (view ? [{ reference: view.reference, version: view.version }] : []));
}

function ownReferences(config: ConnectorConfig): string[] {
  const { kind, name } = config;
  const entries = Object.entries(secretsOf(config));
  return entries.flatMap(([field, { secret_ref }]) =>
    secret_ref === conventionalReference(kind, name, field) ? [secret_ref] : [],
  );
}

/**
 * Deletes secrets that a connector has left behind, and says which. One that another connector names stays, and so does a value that
 * somebody set since.
 */
export async function dropOwnSecrets(
  owner: ConnectorRef,
  held: readonly HeldSecret[],
  { secrets, inventory }: { secrets: Pick<SecretStore, 'delete'>; inventory: Pick<Inventory, 'referringTo'> },
): Promise<string[]> {
  if (held.length === 0) return [];
  const isNamed = (reference: string) =>
    inventory.referringTo(reference).some(({ kind, name }) => kind !== owner.kind || name !== owner.name);
  const dropped: string[] = [];
  for (const { reference, version } of held) {
    if (!isNamed(reference) && (await secrets.delete(reference, { version }))) dropped.push(reference);
  }
  return dropped;
}
