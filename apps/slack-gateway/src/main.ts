import {
  answerOperators,
  assetUrlPurpose,
  createAssetUrls,
  createGuardedFetch,
  gatewayOptions,
  openConnectors,
  reportStatus,
} from '@trunkline/gateway-kit';
import { deriveKey } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { slackExplain } from './explain.ts';
import { slackProbe } from './probe.ts';
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
    const status = reportStatus(service, { kind: 'slack', bus, inventory });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'slack',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('slack')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    await startSlackDeliveries(service, { bus, inventory, assetUrls, status });
    const fetch = createGuardedFetch({ perHost: 8 });
    service.onStop(() => fetch.close());
    const ingress = await startIngress(service, { bus, inventory, assetUrls, fetch, status });
    answerOperators(service, {
      ...{ kind: 'slack', bus, inventory },
      probe: slackProbe({ ingressUrl: ingress.url, fetch, now: Date.now }),
      explain: slackExplain({ bus, identities: ingress.identities, now: Date.now }),
    });
  },
);
