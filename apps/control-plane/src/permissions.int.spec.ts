import { createNames, migrateStreams, openBus, permissionsOf, renderNatsConfig } from '@trunkline/bus';
import { createControlClient } from '@trunkline/control-api';
import { freePort, startNats, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { startControlPlane } from './testing/start-control-plane.ts';
import { startRouter } from './testing/start-router.ts';
import { testAdminToken } from './testing/start-test-api.ts';
import { closedPolicy, messageEvent, store } from './testing/test-events.ts';

const names = createNames('tl');
const anything = { publish: { allow: ['>'] }, subscribe: { allow: ['>'] } };
const config = `${renderNatsConfig([
  { user: 'control-plane', password: 'p1', permissions: permissionsOf({ process: 'control-plane' }, names) },
  { user: 'test', password: 'p2', permissions: anything },
])}no_auth_user: test\n`;

it('does what the API offers with the rights of its own NATS user', async () => {
  await using nats = await startNats({ config });
  const bus = await openBus({ servers: nats.url, name: 'test' }, { info() {}, warn() {}, error() {} });
  await migrateStreams({ nc: bus.connection, names: bus.names });
  await using _router = await startRouter(nats.url);
  const env = { NATS_USER: 'control-plane', NATS_PASSWORD: 'p1' };
  await using plane = await startControlPlane({ natsUrl: nats.url, port: await freePort(), env });
  const control = createControlClient({ url: plane.url, token: testAdminToken });

  const since = new Date(0).toISOString();
  const session = { natural_session_id: 'session-k', policy: closedPolicy };
  await store(bus, messageEvent('e1', 'k', { session }));
  const params = { kind: 'http', name: 'hook', event_id: 'e1' } as const;
  await waitFor(async () => (await control.call('getEvent', { params })).body.outcome === 'rejected', {
    what: 'the rejection',
    timeoutMs: 15_000,
  });
  await control.call('createSession', { body: { session_id: 'session-k', binding_keys: ['k'] } });
  const replayed = (await control.call('replayEvent', { params })).body;
  // The receipt came: it is heard of by a subject of the control plane's own.
  expect(replayed).toMatchObject({ status: 'accepted', session_id: 'session-k' });
  await control.call('addInput', { params: { session_id: 'session-k' }, body: { content: 'hi' } });
  expect((await control.call('listEvents', { query: { since } })).body.items).toHaveLength(3);
  await control.call('listSessions', { query: { order: 'id' } });
  await control.call('listOutputs', { params: { session_id: 'session-k' } });
  await control.call('replayDeliveries', { body: {} });
  await control.call('resetTarget', { params: { target_id: '=none' } });
  const seen: string[] = [];
  for await (const { item } of control.stream({ since })) {
    seen.push(item.what);
    if (['event', 'turn', 'rejected', 'audit'].every((what) => seen.includes(what))) break;
  }
  expect((await control.call('getOverview', {})).body).toMatchObject({ routers: 1, gateways: [] });
  await control.call('endSession', { params: { session_id: 'session-k' } });
  await bus.close();
}, 60_000);
