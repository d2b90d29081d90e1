import { listenForReceipts, type Bus } from '@trunkline/bus';
import { createEmitter, createIngressApp, listen } from '@trunkline/gateway-kit';
import { openInventory } from '@trunkline/inventory';
import type { Service } from '@trunkline/service';
import { createApi } from './create-api.ts';
import type { controlPlaneOptions } from './options.ts';
import { requireAdminToken } from './require-admin-token.ts';
import { openTokenStore } from './tokens/token-store.ts';

/** Starts the API, until the service stops. Resolves with its port. */
export async function startApi(service: Service<typeof controlPlaneOptions>, { bus }: { bus: Bus }): Promise<number> {
  const { keyring, log } = service;
  const { host, port, adminToken, trustedProxies } = service.options;
  if (!keyring) throw new Error('A keyring is required.');
  const now = Date.now;
  const tokens = await openTokenStore(bus.bucket('tokens'));
  service.onStop(() => tokens.close());
  requireAdminToken({ host, adminToken, tokens, now });

  const inventory = await openInventory({ file: service.options.connectorsConfig, bus, log });
  service.onStop(async () => inventory.close());
  service.ready('connectors', () => ({ ready: true, problems: inventory.problems() }));
  const emitter = createEmitter({ bus, receipts: listenForReceipts({ instance: service.instanceId }, bus), now });

  const closing = new AbortController();
  const routes = createApi({
    bus,
    inventory,
    emitter,
    closing: closing.signal,
    keyring,
    tokens,
    adminToken,
    trustedProxies,
    now,
    log,
  });
  const server = await listen(createIngressApp(routes, { log }), { host, port });
  service.onStop(() => server.close());
  // Before the server waits for its answers to end: feeds last until somebody ends them.
  service.onStop(async () => closing.abort());
  log.info({ host, port: server.port }, 'api.listening');
  return server.port;
}
