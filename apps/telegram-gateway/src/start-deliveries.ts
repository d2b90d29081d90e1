import type { Bus } from '@trunkline/bus';
import { createRateBudget, systemClock } from '@trunkline/deliveries';
import {
  createGuardedFetch,
  startDeliveries,
  startLive,
  type DeliveryStatus,
  type LiveShowing,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import { healOpenMarkdown } from '@trunkline/markdown';
import { deriveKey, openReplyHandle, replyHandlePurpose } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { targetAllowed } from './deliver-allowed.ts';
import { createTelegramBots } from './deliver-bots.ts';
import { telegramLimits } from './deliver-budget.ts';
import { findEarlier } from './deliver-earlier.ts';
import { createFileLoader } from './deliver-file.ts';
import type { ChatMigrations } from './deliver-migrations.ts';
import { createTelegramDeliverer } from './deliver.ts';
import { createFetchAsset } from './fetch-asset.ts';
import { holdValue } from './held-values.ts';
import { createTelegramPresenter } from './live.ts';

/** `migrations`: what the receiving side knows of moved chats. */
export interface DeliveryParts {
  bus: Bus;
  inventory: Inventory;
  migrations: ChatMigrations;
  status: DeliveryStatus;
}

/**
 * Starts delivering outputs to telegram targets, in this process's share of the lanes, and showing them while they grow, until the
 * service stops.
 */
export async function startTelegramDeliveries(service: Service, parts: DeliveryParts): Promise<void> {
  const { bus, inventory, migrations, status } = parts;
  const bots = createTelegramBots(inventory);
  const budget = createRateBudget((target) => telegramLimits(target, migrations), systemClock);
  const fetch = createGuardedFetch();
  service.onStop(() => fetch.close());
  const connectors = { get: (name: string) => inventory.get('telegram', name) };
  let live: LiveShowing | undefined = undefined;
  const deliverer = createTelegramDeliverer({
    bots,
    migrations,
    loadFile: createFileLoader({ bus, fetch, fetchAsset: createFetchAsset({ connectors, fetch, log: service.log }) }),
    earlier: (delivery) =>
      findEarlier(delivery, { bus, stopShowing: async (it) => live?.stopShowing(it.delivery_id, it.target) }),
    hold: (value) => holdValue(value, bus),
  });
  const allowed = (target: Parameters<typeof targetAllowed>[0]) => targetAllowed(target, { inventory, migrations });
  const { owns } = await startDeliveries(service, {
    ...{ kind: 'telegram', bus, inventory, status, deliverer, budget, allowed },
  });
  const presenter = createTelegramPresenter({ bots, migrations, budget, now: Date.now });
  live = showLive(service, { bus, presenter, owns });
}

/** Without keys no handle can be opened, and nobody knows where something is to be shown. */
function showLive(
  service: Service,
  parts: Pick<Parameters<typeof startLive>[0], 'bus' | 'presenter' | 'owns'>,
): LiveShowing | undefined {
  if (!service.keyring) return undefined;
  const key = deriveKey(service.keyring, replyHandlePurpose);
  const live = startLive({
    ...parts,
    kind: 'telegram',
    openHandle: (sealed) => openReplyHandle(sealed, { key, now: Date.now() }),
    heal: healOpenMarkdown,
    log: service.log,
  });
  service.onStop(() => live.stop());
  return live;
}
