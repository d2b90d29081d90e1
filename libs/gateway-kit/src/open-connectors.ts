import type { Bus } from '@trunkline/bus';
import type { ConnectorKind } from '@trunkline/events';
import { openInventory, secretResolver, type Inventory, type InventoryEntry } from '@trunkline/inventory';
import { createSecretStore, type SecretStore } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';

/** Opens the connectors of a gateway's kind, with their secrets, and follows changes of both until the service stops. */
export async function openConnectors(
  service: Service,
  { kind, bus, env }: { kind: ConnectorKind; bus: Bus; env: NodeJS.ProcessEnv },
): Promise<Inventory> {
  const { keyring, log, options } = service;
  const { metrics } = service.telemetry;
  const clock = { now: Date.now, random: Math.random };
  const store = keyring && createSecretStore({ bucket: bus.bucket('secrets'), keyring, ...clock });
  // Before the secrets are read for the first time: a change that comes meanwhile must not be missed.
  const changes = await followSecrets(service, { kind, store });
  const inventory = await openInventory({
    file: options.connectorsConfig,
    kind,
    bus,
    resolve: secretResolver({ store, env }),
    log,
    onReload: (outcome) => metrics.count('config_reloads_total', { outcome }),
  });
  for (const state of ['ready', 'degraded', 'disabled'] as const) {
    metrics.watch(
      'connectors',
      { kind, state },
      () => inventory.list().filter((entry) => entry.state === state).length,
    );
  }
  service.onStop(() => inventory.close());
  service.ready('connectors', () => ({ ready: true, problems: inventory.problems() }));
  tellDegraded(inventory, log);
  changes.applyTo(inventory);
  return inventory;
}

type Affects = (reference: string) => boolean;

/** Follows the secrets and the keys that open them; what changes before there is an inventory is applied to it then. */
async function followSecrets(
  { keyring, log, onStop }: Service,
  { kind, store }: { kind: ConnectorKind; store: SecretStore | undefined },
): Promise<{ applyTo(inventory: Inventory): void }> {
  const early: (Affects | undefined)[] = [];
  let inventory: Inventory | undefined;
  function changed(affects: Affects | undefined): void {
    if (inventory === undefined) return void early.push(affects);
    const which = affects === undefined ? {} : { affects };
    inventory.refreshSecrets(which).catch((error: unknown) => log.warn({ err: error }, 'secrets.refresh-failed'));
  }
  const watch = await store?.watch(kind, changed);
  onStop(() => watch?.stop());
  // What could not be decrypted may be by now.
  onStop(keyring?.onChange(() => changed(undefined)) ?? (() => undefined));
  return {
    applyTo(opened) {
      inventory = opened;
      early.splice(0).forEach(changed);
    },
  };
}

/** A connector that cannot work says why in the log, and when it can again: a wrong master key is seen at the start. */
function tellDegraded(inventory: Inventory, log: Service['log']): void {
  const tell = (now: InventoryEntry, before?: InventoryEntry) => {
    const connector = `${now.kind}/${now.name}`;
    const reason = now.state === 'degraded' ? now.reason : undefined;
    if (reason !== undefined && !(before?.state === 'degraded' && before.reason === reason))
      log.error({ connector, reason }, 'connector.degraded');
    else if (before?.state === 'degraded' && now.state === 'ready') log.info({ connector }, 'connector.recovered');
  };
  for (const entry of inventory.list()) tell(entry);
  inventory.onChange((change) => {
    if (change.type !== 'removed') tell(change.new, change.type === 'changed' ? change.old : undefined);
  });
}
