import { assetUrlPurpose, createAssetUrls, openConnectors } from '@trunkline/gateway-kit';
import { deriveKey, replyHandlePurpose } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { httpGatewayOptions } from './options.ts';
import { startHttpDeliveries } from './start-deliveries.ts';
import { startIngress } from './start-ingress.ts';

await runService(
  'http-gateway',
  {
    summary: 'Takes webhooks in as events and delivers outputs to URLs.',
    options: httpGatewayOptions,
    keyring: 'optional',
  },
  async (service) => {
    const bus = await connectBus(service);
    const inventory = await openConnectors(service, { kind: 'http', bus, env: process.env });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'http',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('http')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    await startHttpDeliveries(service, { bus, inventory, assetUrls });
    await startIngress(service, {
      bus,
      inventory,
      assetUrls,
      replyKeys: keyring && deriveKey(keyring, replyHandlePurpose),
    });
  },
);
