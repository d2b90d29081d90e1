import type { Bus } from '@trunkline/bus';
import type { ConnectorKind } from '@trunkline/events';
import { openInventory, secretResolver, type Inventory } from '@trunkline/inventory';
import { createSecretStore } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';

/** Opens the connectors of a gateway's kind, with their secrets, and follows changes of both until the service stops. */
export async function openConnectors(
  service: Service,
  { kind, bus, env }: { kind: ConnectorKind; bus: Bus; env: NodeJS.ProcessEnv },
): Promise<Inventory> {
  const { keyring, log, options } = service;
  const clock = { now: Date.now, random: Math.random };
  const store = keyring && createSecretStore({ bucket: bus.bucket('secrets'), keyring, ...clock });
  const inventory = await openInventory({
    file: options.connectorsConfig,
    kind,
    bus,
    resolve: secretResolver({ store, env }),
    log,
  });
  service.onStop(() => inventory.close());
  service.ready('connectors', () => ({ ready: true, problems: inventory.problems() }));

  const watch = await store?.watch(kind, (affects) => {
    inventory.refreshSecrets({ affects }).catch((error: unknown) => log.warn({ err: error }, 'secrets.refresh-failed'));
  });
  service.onStop(() => watch?.stop());
  return inventory;
}
