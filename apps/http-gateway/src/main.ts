import { deriveKey, replyHandlePurpose } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { assetUrlPurpose, createAssetUrls } from './asset-urls.ts';
import { openConnectors } from './open-connectors.ts';
import { gatewayOptions } from './options.ts';
import { startDeliveries } from './start-deliveries.ts';
import { startIngress } from './start-ingress.ts';

await runService(
  'http-gateway',
  {
    summary: 'Takes webhooks in as events and delivers outputs to URLs.',
    options: gatewayOptions,
    keyring: 'optional',
  },
  async (service) => {
    const bus = await connectBus(service);
    const inventory = await openConnectors(service, { bus, env: process.env });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      keys: keyring && deriveKey(keyring, assetUrlPurpose),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    await startDeliveries(service, { bus, inventory, assetUrls });
    await startIngress(service, {
      bus,
      inventory,
      assetUrls,
      replyKeys: keyring && deriveKey(keyring, replyHandlePurpose),
    });
  },
);
