import { followWorkers, routerGroup, type Bus } from '@trunkline/bus';
import { openInventory } from '@trunkline/inventory';
import { createSecretStore, followSecretViews, type Keyring } from '@trunkline/secrets';
import type { Logger } from '@trunkline/telemetry';
import { openConnectorIndex } from './connectors/connector-index.ts';
import type { ApiDeps } from './create-api.ts';
import { followStatus } from './gateways/follow-status.ts';

/** What the API knows of connectors and their secrets, kept up to date by the bus. */
export type Knowledge = Pick<ApiDeps, 'inventory' | 'secrets' | 'secretViews' | 'status' | 'index' | 'routers'> & {
  close(): void;
};

/** Opens it; resolves when everything that is there is known. */
export async function openKnowledge(options: {
  bus: Bus;
  keyring: Keyring;
  connectorsConfig: string | undefined;
  now: () => number;
  log: Logger;
}): Promise<Knowledge> {
  const { bus, keyring, connectorsConfig, now, log } = options;
  const secrets = createSecretStore({ bucket: bus.bucket('secrets'), keyring, now, random: Math.random });
  const inventory = await openInventory({ file: connectorsConfig, bus, log });
  const secretViews = await followSecretViews(bus.bucket('secrets'), now);
  const status = followStatus({ bus, log });
  const index = await openConnectorIndex({ inventory, bucket: bus.bucket('connectors'), status });
  const routers = await followWorkers(routerGroup, bus);
  return {
    ...{ inventory, secrets, secretViews, status, index, routers },
    close() {
      routers.stop();
      status.stop();
      index.close();
      secretViews.stop();
      inventory.close();
    },
  };
}
