import { listenForReceipts, migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { createControlClient, type ControlClient } from '@trunkline/control-api';
import { createEmitter, listen, noTrustedProxies } from '@trunkline/gateway-kit';
import { generateKey, parseKeyring, secretOf, type Keyring } from '@trunkline/secrets';
import { createLogger } from '@trunkline/telemetry';
import { startNats, type NatsServer } from '@trunkline/testing';
import { createApp, type AppDeps } from '../create-app.ts';
import { openKnowledge, type Knowledge } from '../open-knowledge.ts';
import { openTokenStore } from '../tokens/token-store.ts';
import { createCheckedFetch } from './check-answer.ts';

/** A control plane inside the test, on a NATS of its own. */
export interface TestApi extends AsyncDisposable {
  url: string;
  bus: Bus;
  nats: NatsServer;
  keyring: Keyring;
  knowledge: Knowledge;
  /** Its start-up token has the role admin. */
  admin: ControlClient;
  /** A client with another token, or none. */
  as(token?: string): ControlClient;
  /** Fails when the answer is not what the OpenAPI document says. */
  fetch: typeof fetch;
  /** Lines of its log. */
  logged: string[];
}

export const testAdminToken = 'admin-token-of-the-tests';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** What a test decides of the control plane. */
export interface TestApiOptions extends Partial<AppDeps> {
  /** Path of the connectors file. */
  connectorsConfig?: string;
}

/** `await using api = await startTestApi()`; `more` replaces what the operations work with. */
export async function startTestApi(options: TestApiOptions = {}, { port = 0 } = {}): Promise<TestApi> {
  const { connectorsConfig, keyring = parseKeyring(generateKey('test')), ...more } = options;
  const nats = await startNats();
  const bus = await openBus({ servers: nats.url, name: 'control-plane test' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  const logged: string[] = [];
  const log = await createLogger({
    service: 'control-plane',
    destination: { write: (line) => void logged.push(line) },
  });
  const tokens = await openTokenStore(bus.bucket('tokens'));
  const knowledge = await openKnowledge({ bus, keyring, connectorsConfig, now: Date.now, log });
  const closing = new AbortController();
  const deps: AppDeps = {
    bus,
    keyring,
    ...knowledge,
    tokens,
    closing: closing.signal,
    emitter: createEmitter({ bus, receipts: listenForReceipts({ instance: 'test' }, bus), now: Date.now }),
    adminToken: secretOf(testAdminToken),
    trustedProxies: noTrustedProxies,
    publicUrl: undefined,
    oidc: undefined,
    now: Date.now,
    log,
    ...more,
  };
  const server = await listen(createApp(deps), { host: '127.0.0.1', port });
  const url = `http://127.0.0.1:${server.port}`;
  const checkedFetch = createCheckedFetch();
  const as = (token?: string) => createControlClient({ url, token, fetch: checkedFetch });
  return {
    url,
    bus,
    nats,
    keyring,
    knowledge,
    as,
    admin: as(testAdminToken),
    fetch: checkedFetch,
    logged,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.close();
      tokens.close();
      knowledge.close();
      await bus.close();
      await nats[Symbol.asyncDispose]();
    },
  };
}
