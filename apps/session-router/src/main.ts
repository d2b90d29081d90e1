import { openInventory } from '@trunkline/inventory';
import { deriveKey, replyHandlePurpose } from '@trunkline/secrets';
import { connectBus, runService } from '@trunkline/service';
import { noteEveryMs } from '@trunkline/sessions';
import { checkReplyKeys } from './check-reply-keys.ts';
import { routerOptions } from './options.ts';
import { startIdleSweep } from './start-idle-sweep.ts';
import { startOutputRouting } from './start-output-routing.ts';
import { startEventRouting } from './start-event-routing.ts';

const dayMs = 86_400_000;

await runService(
  'session-router',
  {
    summary: 'Routes events into sessions and outputs into deliveries.',
    options: routerOptions,
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

    const idleMs = service.options.sessionIdleDays * dayMs;
    const noting = { noteEveryMs: noteEveryMs(idleMs) };

    const events = await startEventRouting({ bus, key, metrics, ...noting });
    service.onStop(() => events.drain());

    const outputs = await startOutputRouting({ bus, key, metrics, worker, inventory, ...noting });
    service.onStop(() => outputs.drain());

    const sweep = await startIdleSweep({ bus, metrics, worker, idleMs, now: Date.now });
    service.onStop(() => sweep.drain());
  },
);
