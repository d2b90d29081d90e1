import { openInventory } from '@trunkline/inventory';
import { deriveKey, replyHandlePurpose } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { checkReplyKeys } from './check-reply-keys.ts';
import { startOutputRouting } from './start-output-routing.ts';
import { startEventRouting } from './start-event-routing.ts';

await runService(
  'session-router',
  {
    summary: 'Routes events into sessions and outputs into deliveries.',
    options: {},
    keyring: 'required',
  },
  async (service) => {
    const bus = await connectBus(service);
    const { instanceId: worker, keyring } = service;
    if (!keyring) throw new Error('A keyring is required.');
    const key = deriveKey(keyring, replyHandlePurpose);
    const wrong = await checkReplyKeys(key, { bus, now: Date.now });
    if (wrong !== undefined) service.log.error({ problem: wrong, keyring: keyring.ids }, 'keyring.wrong');
    const { metrics } = service.telemetry;
    const inventory = await openInventory({ file: service.options.connectorsConfig, bus, log: service.log });
    service.onStop(() => inventory.close());
    service.ready('connectors', () => ({ ready: true, problems: inventory.problems() }));

    const events = await startEventRouting({ bus, key, metrics });
    service.onStop(() => events.drain());

    const outputs = await startOutputRouting({ bus, key, metrics, worker, inventory });
    service.onStop(() => outputs.drain());
  },
);
