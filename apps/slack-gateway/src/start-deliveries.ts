import type { Bus } from '@trunkline/bus';
import { connectorAllows } from '@trunkline/config';
import { createRateBudget, findPlatformIds, systemClock, type Budget, type Clock } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import {
  createGuardedFetch,
  findPresented,
  startDeliveries,
  startLive,
  type AssetUrls,
  type DeliveryStatus,
  type OpenHandle,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import { healOpenMarkdown } from '@trunkline/markdown';
import { deriveKey, openReplyHandle, replyHandlePurpose } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { createChannelPauses } from './deliver-pauses.ts';
import { createSlackDeliverer } from './deliver.ts';
import { createSlackPresenter } from './live.ts';
import { createSlackApi } from './web-client.ts';

/** One message a second is what Slack takes in a channel; clocks and networks shift calls a little. */
const messageEveryMs = 1_050;

/** Starts delivering outputs to Slack, in this process's share of the lanes, until the service stops; what still grows is shown. */
export async function startSlackDeliveries(
  service: Service,
  parts: { bus: Bus; inventory: Inventory; assetUrls: AssetUrls; status: DeliveryStatus },
): Promise<void> {
  const { bus, inventory, assetUrls, status } = parts;
  const fetch = createGuardedFetch();
  service.onStop(() => fetch.close());
  const platform = {
    slack: createSlackApi(),
    connectors: { get: (name: string) => inventory.get('slack', name) },
    now: Date.now,
  };
  const deliveries: { owns(target: ReplyHandle): boolean } = { owns: () => false };
  const live = startLive({
    kind: 'slack',
    bus,
    openHandle: handleOpener(service),
    owns: (target) => deliveries.owns(target),
    presenter: createSlackPresenter(platform),
    heal: healOpenMarkdown,
    log: service.log,
  });
  const deliverer = createSlackDeliverer({
    ...{ ...platform, bus, fetch, assetUrls },
    pauses: createChannelPauses(Date.now),
    findPlatformIds: (output) => findPlatformIds(output, bus),
    presented: async (deliveryId, target) =>
      (await live.stopShowing(deliveryId, target)) ?? findPresented(deliveryId, bus),
  });
  const budget = slackBudget();
  const started = await startDeliveries(service, { kind: 'slack', bus, inventory, status, deliverer, budget, allowed });
  deliveries.owns = started.owns;
  service.onStop(() => live.stop());

  function allowed(target: ReplyHandle) {
    const config = target.type === 'slack' ? inventory.get('slack', target.connector)?.config : undefined;
    // Without its connector nothing is known of its lists; such a delivery is parked, not refused.
    return config ? connectorAllows(config, target) : { allowed: true as const };
  }
}

/** Without the installation's keys nobody knows what belongs where, and nothing is shown. */
function handleOpener({ keyring }: Service): OpenHandle {
  if (!keyring) return () => ({ ok: false });
  const key = deriveKey(keyring, replyHandlePurpose);
  return (sealed) => openReplyHandle(sealed, { key, now: Date.now() });
}

/** The budget that keeps each channel below Slack's limit. */
export function slackBudget(clock: Clock = systemClock): Budget {
  return createRateBudget((target) => {
    if (target.type !== 'slack') return [];
    const { connector, team_id, channel_id } = target;
    return [{ key: JSON.stringify([connector, team_id, channel_id]), count: 1, perMs: messageEveryMs }];
  }, clock);
}
