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
import { createCallSidecar } from './call-sidecar.ts';
import { externalExplain } from './explain.ts';
import { externalProbe } from './probe.ts';
import { startExternalDeliveries } from './start-deliveries.ts';
import { startIngress } from './start-ingress.ts';
import { startSidecars, type SidecarRecords, type Sidecars } from './start-sidecars.ts';

await runService(
  'external-gateway',
  {
    summary: 'Takes in what sidecars report, delivers outputs to them, and runs those that are child processes.',
    options: gatewayOptions,
    keyring: 'optional',
  },
  async (service) => {
    const { env } = process;
    const bus = await connectBus(service);
    const inventory = await openConnectors(service, { kind: 'external', bus, env });
    const status = reportStatus(service, { kind: 'external', bus, inventory });
    const { keyring, options } = service;
    const assetUrls = createAssetUrls({
      kind: 'external',
      keys: keyring && deriveKey(keyring, assetUrlPurpose('external')),
      publicUrl: options.publicUrl,
      now: Date.now,
    });
    // Children are told where the ingress listens, and the ingress asks which children are the right ones.
    const started = Promise.withResolvers<Sidecars>();
    const known: SidecarRecords = { record: async (name) => (await started.promise).record(name) };
    const gatewayUrl = await startIngress(service, { bus, inventory, assetUrls, sidecars: known, status });
    const sidecars = await startSidecars(service, { bus, inventory, gatewayUrl, env, status });
    started.resolve(sidecars);
    await startExternalDeliveries(service, { bus, inventory, sidecars, status });

    const [call, fetch] = [createCallSidecar({ now: Date.now }), createGuardedFetch()];
    service.onStop(() => Promise.all([call.close(), fetch.close()]));
    const own = { ingressUrl: gatewayUrl, gateway: service.instanceId };
    answerOperators(service, {
      ...{ kind: 'external', bus, inventory },
      probe: externalProbe({ ...own, sidecars, call, fetch, now: Date.now }),
      explain: externalExplain({ now: Date.now }),
      log: sidecars.log,
    });
  },
);
