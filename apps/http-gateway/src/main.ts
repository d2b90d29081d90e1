import { randomBytes } from 'node:crypto';
import {
  answerOperators,
  assetUrlPurpose,
  createAssetUrls,
  createGuardedFetch,
  openConnectors,
  reportStatus,
} from '@trunkline/gateway-kit';
import { deriveKey, replyHandlePurpose } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { httpExplain } from './explain.ts';
import { httpGatewayOptions } from './options.ts';
import { createOwnMarks } from './own-mark.ts';
import { httpProbe } from './probe.ts';
import { httpSimulate } from './simulate.ts';
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
    const status = reportStatus(service, { kind: 'http', bus, inventory });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'http',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('http')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    await startHttpDeliveries(service, { bus, inventory, assetUrls, status });
    const marks = createOwnMarks(randomBytes(16).toString('hex'));
    const replyKeys = keyring && deriveKey(keyring, replyHandlePurpose);
    const ingressUrl = await startIngress(service, { bus, inventory, assetUrls, replyKeys, marks, status });

    const fetch = createGuardedFetch();
    service.onStop(() => fetch.close());
    answerOperators(service, {
      ...{ kind: 'http', bus, inventory },
      probe: httpProbe({ ingressUrl, mark: marks.trial, fetch, now: Date.now }),
      explain: httpExplain({ now: Date.now, random: Math.random }),
      simulate: httpSimulate({ ingressUrl, mark: marks.simulation, fetch, now: Date.now }),
    });
  },
);
