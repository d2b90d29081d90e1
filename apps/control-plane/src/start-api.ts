import type { Bus } from '@trunkline/bus';
import { listen } from '@trunkline/gateway-kit';
import type { Service } from '@trunkline/service';
import { createApp } from './create-app.ts';
import { oidcSignIn } from './oidc/oidc-sign-in.ts';
import type { controlPlaneOptions } from './options.ts';
import { requireAdminToken } from './require-admin-token.ts';
import { openTokenStore } from './tokens/token-store.ts';

/** Starts the API, until the service stops. Resolves with its port. */
export async function startApi(service: Service<typeof controlPlaneOptions>, { bus }: { bus: Bus }): Promise<number> {
  const { keyring, log } = service;
  const { host, port, adminToken, trustedProxies, publicUrl } = service.options;
  if (!keyring) throw new Error('A keyring is required.');
  const now = Date.now;
  const tokens = await openTokenStore(bus.bucket('tokens'));
  service.onStop(() => tokens.close());
  requireAdminToken({ host, adminToken, tokens, now });

  const oidc = oidcSignIn(service.options);
  const app = createApp({ bus, keyring, tokens, adminToken, trustedProxies, publicUrl, oidc, now, log });
  const server = await listen(app, { host, port });
  service.onStop(() => server.close());
  log.info({ host, port: server.port }, 'api.listening');
  return server.port;
}
