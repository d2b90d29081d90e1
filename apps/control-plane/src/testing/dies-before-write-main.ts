import { listenForReceipts, openBus, type Bus } from '@trunkline/bus';
import { createEmitter, listen, noTrustedProxies } from '@trunkline/gateway-kit';
import { parseKeyring, secretOf } from '@trunkline/secrets';
import { createLogger } from '@trunkline/telemetry';
import { createApp } from '../create-app.ts';
import { openKnowledge } from '../open-knowledge.ts';
import { openTokenStore } from '../tokens/token-store.ts';

/**
 * A control plane that is killed where it would write a connector, after it has stored the secrets: `NATS_URL`, `KEYRING` and
 * `ADMIN_TOKEN` say where and with what. Sends its port to its parent.
 */
const { NATS_URL: servers = '', KEYRING = '', ADMIN_TOKEN = '' } = process.env;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

const real = await openBus({ servers, name: 'dies before write' }, quiet);
const die = async () => process.kill(process.pid, 'SIGKILL') && undefined;
const bus: Bus = {
  ...real,
  bucket: (name) => (name === 'connectors' ? { ...real.bucket(name), create: die, update: die } : real.bucket(name)),
};
const log = await createLogger({ service: 'control-plane', destination: { write: () => {} } });
const keyring = parseKeyring(KEYRING);
const now = Date.now;
const knowledge = await openKnowledge({ bus, keyring, connectorsConfig: undefined, now, log });
const tokens = await openTokenStore(bus.bucket('tokens'));
const emitter = createEmitter({ bus, receipts: listenForReceipts({ instance: 'dies' }, bus), now });
const closing = new AbortController().signal;
const deps = { ...knowledge, emitter, closing, bus, keyring, tokens, trustedProxies: noTrustedProxies, now, log };
const app = createApp({ ...deps, adminToken: secretOf(ADMIN_TOKEN), publicUrl: undefined, oidc: undefined });
const server = await listen(app, { host: '127.0.0.1', port: 0 });
process.send?.(server.port);
