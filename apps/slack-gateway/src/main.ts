import { assetUrlPurpose, createAssetUrls, gatewayOptions, openConnectors } from '@trunkline/gateway-kit';
import { deriveKey } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { startSlackDeliveries } from './start-deliveries.ts';
import { startIngress } from './start-ingress.ts';

await runService(
  'slack-gateway',
  {
    summary: 'Takes in what happens in Slack and delivers outputs to it.',
    options: gatewayOptions,
    keyring: 'optional',
  },
  async (service) => {
    const bus = await connectBus(service);
    const inventory = await openConnectors(service, { kind: 'slack', bus, env: process.env });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'slack',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('slack')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    await startSlackDeliveries(service, { bus, inventory, assetUrls });
    await startIngress(service, { bus, inventory, assetUrls });
  },
);
