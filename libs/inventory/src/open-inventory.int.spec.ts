import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { createSecretStore, generateKey, parseKeyring, validSecrets } from '@trunkline/secrets';
import { startNats, waitFor, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InventoryEntry } from './entry.ts';
import { openInventory } from './open-inventory.ts';
import { secretResolver } from './resolve-connector.ts';
import { connectorKey, type StoredConnector } from './runtime-connectors.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let nats: NatsServer;
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'inventory-spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

const connectors = () => bus.bucket<StoredConnector>('connectors');
const webhook = (name: string, more: object = {}) => ({
  config: { name, bearer_token_secret_ref: `connectors.http.${name}.bearer_token`, ...more },
});
const tokensOf = (entry: InventoryEntry | undefined) =>
  entry?.state === 'ready'
    ? validSecrets(entry.secrets['bearer_token'] ?? [], Date.now()).map((secret) => secret.expose())
    : entry?.state;

describe('the inventory over a real bus', () => {
  it('sees connectors come, change and go, and a rotated secret within two seconds', async () => {
    const deps = {
      bucket: bus.bucket<unknown>('secrets'),
      keyring: parseKeyring(generateKey('one')),
      now: Date.now,
      random: Math.random,
    };
    const writer = createSecretStore(deps);
    const reader = createSecretStore(deps);
    const inventory = await openInventory({
      kind: 'http',
      bus,
      resolve: secretResolver({ store: reader, env: {} }),
      log: quiet,
    });
    const watch = await reader.watch('http', (affects) => void inventory.refreshSecrets({ affects }));
    const key = connectorKey('http', 'team.webhook');
    const current = () => inventory.get('http', 'team.webhook');

    await connectors().put(key, webhook('team.webhook'));
    await waitFor(() => current()?.state === 'degraded', { what: 'the connector without its secret' });
    await writer.set('connectors.http.team.webhook.bearer_token', 'first');
    await waitFor(() => tokensOf(current())?.[0] === 'first', { what: 'its secret', timeoutMs: 2_000 });
    await writer.set('connectors.http.team.webhook.bearer_token', 'second', { graceMs: 60_000 });
    await waitFor(() => tokensOf(current())?.[0] === 'second', { what: 'the rotation', timeoutMs: 2_000 });
    expect(tokensOf(current())).toEqual(['second', 'first']);
    await connectors().put(key, webhook('team.webhook', { enabled: false }));
    await waitFor(() => current()?.state === 'disabled', { what: 'the edit' });
    await connectors().delete(key);
    await waitFor(() => current() === undefined, { what: 'the deletion' });

    watch.stop();
    inventory.close();
  });

  it('applies ten thousand stored connectors in under five seconds', async () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `c${n}`);
    for (let n = 0; n < names.length; n += 500) {
      const batch = names.slice(n, n + 500);
      await Promise.all(
        batch.map((name) => connectors().put(connectorKey('http', name), { config: { name, bearer_token_env: 'T' } })),
      );
    }
    // A process of its own, as it were: the one that wrote has been following the bucket all along.
    const other = await openBus({ servers: nats.url, name: 'inventory-spec-reader' }, quiet);
    const inventory = await openInventory({
      kind: 'http',
      bus: other,
      resolve: secretResolver({ env: { T: 'token' } }),
      log: quiet,
    });
    expect(inventory.list('http').filter((entry) => entry.state === 'ready')).toHaveLength(10_000);
    inventory.close();
    await other.close();
  });
});
