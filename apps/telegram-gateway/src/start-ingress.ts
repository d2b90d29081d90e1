import type { Bus } from '@trunkline/bus';
import {
  createGuardedFetch,
  createIngressApp,
  listen,
  openIntake,
  serveAsset,
  type AssetUrls,
  type IngressRoute,
  type StatusNotes,
} from '@trunkline/gateway-kit';
import type { Inventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createBotNames, type BotNames } from './bot-names.ts';
import { createBotStatus } from './bot-status.ts';
import { releaseChat } from './deliver-release.ts';
import { createFetchAsset } from './fetch-asset.ts';
import { readHeldValue } from './held-values.ts';
import type { telegramGatewayOptions } from './options.ts';
import { preparedConnector } from './prepared-connector.ts';
import { createPressAnswers } from './press-answers.ts';
import { receiveUpdates, type ReceiveDeps } from './receive.ts';
import { startBots } from './start-bots.ts';
import type { ChatMoves } from './store-update.ts';

export interface IngressParts {
  bus: Bus;
  inventory: Inventory;
  assetUrls: AssetUrls;
  chatMoves: ChatMoves;
  status: StatusNotes;
}

/** Starts listening for Telegram, and asking it, until the service stops. Resolves with what it learns of the bots. */
export async function startIngress(
  service: Service<typeof telegramGatewayOptions>,
  parts: IngressParts,
): Promise<{ botNames: Pick<BotNames, 'of'> }> {
  const { bus, inventory, assetUrls, status: notes } = parts;
  const { log, options, instanceId } = service;
  const presses = createPressAnswers({ log });
  service.onStop(() => presses.drain());
  const connectors = { get: (name: string) => inventory.get('telegram', name) };
  const intake = openIntake(service, { kind: 'telegram', bus, status: notes });
  const deps = {
    ...intake,
    connectors,
    assetUrls,
    presses,
    botNames: followNames(service, inventory),
    chatMoves: parts.chatMoves,
    heldValue: (data: string) => readHeldValue(data, bus),
    release: (chat: { connector: string; chatId: string }) => releaseChat(chat, { bus }),
  };

  const status = createBotStatus(notes);
  service.ready('bots', () => ({ ready: true, bots: status.list() }));
  const bots = await startBots({ ...deps, inventory, status, metrics: service.telemetry.metrics, worker: instanceId });
  service.onStop(() => bots.stop());

  const server = await listen(createIngressApp(createRoutes(service, deps), { log }), options);
  service.onStop(() => server.close());
  log.info({ host: options.host, port: server.port }, 'ingress.listening');
  return deps;
}

function createRoutes(
  service: Service<typeof telegramGatewayOptions>,
  deps: ReceiveDeps & { bus: Bus; assetUrls: AssetUrls },
): IngressRoute[] {
  const { assetUrls, bus, connectors } = deps;
  const fetch = createGuardedFetch();
  service.onStop(() => fetch.close());
  const fetchAsset = createFetchAsset({ connectors, fetch, log: service.log });
  return [
    { path: '/v1/connectors/telegram/:name', hot: true, methods: { POST: receiveUpdates(deps) } },
    {
      path: '/v1/connectors/telegram/:name/assets/:asset_id',
      methods: { GET: serveAsset({ urls: assetUrls, bus, fetchAsset }) },
    },
  ];
}

/** Learns the names of all bots, and of those that are added. */
function followNames(service: Service, inventory: Inventory) {
  const names = createBotNames({ log: service.log });
  const learn = () => {
    for (const entry of inventory.list('telegram')) if (entry.state === 'ready') names.learn(preparedConnector(entry));
  };
  const unfollow = inventory.onChange(learn);
  service.onStop(() => {
    unfollow();
    names.close();
  });
  learn();
  return names;
}
