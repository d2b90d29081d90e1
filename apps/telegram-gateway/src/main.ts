import {
  answerOperators,
  assetUrlPurpose,
  createAssetUrls,
  openConnectors,
  reportStatus,
} from '@trunkline/gateway-kit';
import { deriveKey } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { openChatMigrations } from './deliver-migrations.ts';
import { telegramExplain } from './explain.ts';
import { telegramGatewayOptions } from './options.ts';
import { telegramProbe } from './probe.ts';
import { startTelegramDeliveries } from './start-deliveries.ts';
import { startIngress } from './start-ingress.ts';

await runService(
  'telegram-gateway',
  {
    summary: 'Takes updates of Telegram in as events and delivers outputs to its chats.',
    options: telegramGatewayOptions,
    keyring: 'optional',
  },
  async (service) => {
    const bus = await connectBus(service);
    const inventory = await openConnectors(service, { kind: 'telegram', bus, env: process.env });
    const status = reportStatus(service, { kind: 'telegram', bus, inventory });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'telegram',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('telegram')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    const migrations = await openChatMigrations({ bus });
    await startTelegramDeliveries(service, { bus, inventory, migrations, status });
    const parts = { bus, inventory, assetUrls, chatMoves: migrations, status };
    const { botNames } = await startIngress(service, parts);
    answerOperators(service, {
      ...{ kind: 'telegram', bus, inventory },
      probe: telegramProbe({ now: Date.now }),
      explain: telegramExplain({ bus, botNames, chatMoves: migrations, now: Date.now }),
    });
  },
);
