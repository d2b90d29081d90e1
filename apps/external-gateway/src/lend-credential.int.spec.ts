import { migrateStreams, openBus } from '@trunkline/bus';
import { createAuthFailures, createIngressApp, listen, noTrustedProxies } from '@trunkline/gateway-kit';
import { secretOf } from '@trunkline/secrets';
import type { Grant } from '@trunkline/events';
import { startNats } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { issueGrant } from './grants.ts';
import { lendCredential } from './lend-credential.ts';
import { readyEntry } from './testing/ready-entry.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const granted = 'connectors.external.side.bot';

function entryWith(reference: string, secrets = { 'credential_slots.BOT': [secretOf('the-value')] }) {
  const child_process = { command: 'x', credential_slots: { BOT: reference } };
  return readyEntry({ mode: 'child_process', child_process }, secrets);
}

describe('a credential', () => {
  it('is lent for as long as the key means the secret that was granted', async () => {
    await using nats = await startNats();
    const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
    await migrateStreams({ nc: bus.connection, names: bus.names });
    const bucket = bus.bucket<Grant>('grants');
    const asked = { connector: 'side', keys: { BOT: granted }, epoch: 1 };
    const grant = await issueGrant(asked, { bucket, now: Date.now, lastMs: 300_000 });
    let entry = entryWith(granted);
    const handler = lendCredential({
      ...{ bus, now: Date.now, trustedProxies: noTrustedProxies },
      failures: createAuthFailures({ now: Date.now, burst: 1 }),
      connectors: { get: () => entry },
    });
    const routes = [{ path: '/:name/:env_key', methods: { GET: handler } }];
    const server = await listen(createIngressApp(routes, { log: quiet }), { host: '127.0.0.1', port: 0 });
    const ask = async (token = grant?.token) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`http://127.0.0.1:${server.port}/side/BOT`, { headers });
      return [response.status, (await response.json()) as object] as const;
    };

    const lease = {
      value: 'the-value',
      lease_id: expect.stringMatching(/^lse_/),
      grant_id: expect.stringMatching(/^grt_/),
    };
    expect(await ask()).toEqual([
      200,
      { ...lease, expires_at_ms: (await bucket.get('external.side'))?.value.expires_at_ms },
    ]);
    entry = entryWith('shared.other');
    expect(await ask()).toMatchObject([401, { code: 'unauthenticated' }]);
    entry = entryWith(granted, { 'credential_slots.BOT': [] });
    expect(await ask()).toMatchObject([404, { code: 'credential_not_granted' }]);
    expect([(await ask('guess'))[0], (await ask('guess'))[0]]).toEqual([401, 429]);
    await server.close(0);
    await bus.close();
  });
});
