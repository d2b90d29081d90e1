import { sessionKey, type BindingRecord, type BoundKey, type SessionRecord } from '@trunkline/sessions';
import { waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { chaosConnectors, chaosToken } from './chaos/send-events.ts';
import { startInstallation } from './installation.ts';
import { patient } from './platforms.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

it('routers end a session that was idle for 30 days as they are told, and route its next event into its next life', async () => {
  const env = { SESSION_IDLE_DAYS: '30' };
  await using installation = await startInstallation({ connectors: chaosConnectors, routers: 2, env });
  const { bus } = installation;
  const sessions = bus.bucket<SessionRecord>('sessions');
  await installation.stop();
  for (const [session_id, days] of [
    ['idle', 40],
    ['quiet', 20],
  ] as const) {
    const at = daysAgo(days);
    const scopes = { capability_scope: {}, credential_scope: {} };
    const record = { v: 1, session_id, generation: 1, created_at: at, active_at: at, ...scopes } as const;
    await sessions.put(sessionKey(session_id), record);
  }
  const key = 'customer-7';
  await bus.bucket<BindingRecord>('bindings').put(key, { v: 1, key, session_id: 'idle', generation: 1 });
  await bus.bucket<BoundKey>('bindings').put(`idle.${key}`, { v: 1, key, generation: 1 });
  await bus.bucket('state').put('agents.idle.1', { seen: 12 });
  await installation.start();

  const find = async (id: string) => (await sessions.get(id))?.value;
  await waitFor(async () => (await find('idle'))?.ended_at, { what: 'the end of the idle session', ...patient });
  await waitFor(async () => (await bus.bucket('state').get('agents.idle.1')) === undefined, {
    what: 'the end of its state',
  });
  expect(await bus.bucket('bindings').few('*.>')).toEqual([]);
  expect(await find('quiet')).not.toHaveProperty('ended_at');

  const response = await fetch(`${installation.gatewayUrls[0]}/v1/connectors/http/chaos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${chaosToken}`, prefer: 'wait=10' },
    body: JSON.stringify({ session_id: 'idle', binding_keys: [key], content: 'anybody here?' }),
  });
  expect(await response.json()).toMatchObject({ status: 'accepted', session_id: 'idle' });
  expect(await find('idle')).toMatchObject({ generation: 2 });
  expect(await bus.bucket<BindingRecord>('bindings').get(key)).toMatchObject({ value: { generation: 2 } });
}, 120_000);
