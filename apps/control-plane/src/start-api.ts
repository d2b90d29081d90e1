import { listenForReceipts, type Bus } from '@trunkline/bus';
import { createEmitter, listen } from '@trunkline/gateway-kit';
import type { SecretStore } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { readConsole } from './console/console-page.ts';
import { createApp } from './create-app.ts';
import { oidcSignIn } from './oidc/oidc-sign-in.ts';
import { openKnowledge } from './open-knowledge.ts';
import type { controlPlaneOptions } from './options.ts';
import { requireAdminToken } from './require-admin-token.ts';
import { openTokenStore } from './tokens/token-store.ts';

/** Starts the API, until the service stops. Resolves with its port. */
export async function startApi(service: Service<typeof controlPlaneOptions>, { bus }: { bus: Bus }): Promise<number> {
  const { keyring, log } = service;
  const { host, port, adminToken, trustedProxies, publicUrl, connectorsConfig, consoleDir } = service.options;
  if (!keyring) throw new Error('A keyring is required.');
  const now = Date.now;
  const tokens = await openTokenStore(bus.bucket('tokens'));
  service.onStop(() => tokens.close());
  requireAdminToken({ host, adminToken, tokens, now });

  const knowledge = await openKnowledge({ bus, keyring, connectorsConfig, now, log });
  service.onStop(async () => knowledge.close());
  service.ready('connectors', () => ({ ready: true, problems: knowledge.inventory.problems() }));
  await tellUnreadable(knowledge.secrets, service);

  const oidc = oidcSignIn(service.options);
  const console = consoleDir === undefined ? undefined : await readConsole(consoleDir);
  const access = { keyring, tokens, adminToken, trustedProxies, publicUrl, oidc };
  const emitter = createEmitter({ bus, receipts: listenForReceipts({ instance: service.instanceId }, bus), now });
  const closing = new AbortController();
  const app = createApp({ ...access, ...knowledge, console, bus, emitter, closing: closing.signal, now, log });
  const server = await listen(app, { host, port });
  service.onStop(() => server.close());
  // Before the server waits for its answers to end: feeds last until somebody ends them.
  service.onStop(async () => closing.abort());
  log.info({ host, port: server.port }, 'api.listening');
  return server.port;
}

const shown = 5;

/** A wrong master key is seen at the start, and not when somebody misses a secret. */
async function tellUnreadable(secrets: Pick<SecretStore, 'check'>, { log, keyring }: Service): Promise<void> {
  const unreadable = await secrets.check();
  if (unreadable.length === 0) return;
  const reasons = unreadable.slice(0, shown).map(({ reason }) => reason);
  log.error({ count: unreadable.length, reasons, keyring: keyring?.ids }, 'secrets.unreadable');
}
