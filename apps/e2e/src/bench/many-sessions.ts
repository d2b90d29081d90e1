import { setTimeout as sleep } from 'node:timers/promises';
import { streamUsage } from '@trunkline/bus';
import { createControlClient, type ControlClient } from '@trunkline/control-api';
import type { SessionRecord } from '@trunkline/sessions';
import { waitFor } from '@trunkline/testing';
import { adminToken, startInstallation, type Installation } from '../installation.ts';
import { percentile, significant } from './arithmetic.ts';
import { storeEvents } from './existing-sessions.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

const dayMs = 86_400_000;
const patient = { timeoutMs: 900_000 };

/** What many sessions, each with a turn, cost: a page of the newest, a page of events, and the end of them all when they are idle. */
export async function measureManySessions({ quick, say }: BenchContext): Promise<Row[]> {
  const count = quick ? 10_000 : 100_000;
  await using installation = await startInstallation({
    connectors: benchConnectors,
    controlPlanes: 1,
    logLevel: 'info',
  });
  await routeOneEach(count, installation);
  const [url = ''] = installation.controlUrls;
  const control = createControlClient({ url, token: adminToken });
  const requests = quick ? 50 : 300;
  const sessionsMs = await times(requests, () => control.call('listSessions', { query: {} }));
  const eventsMs = await times(requests, () => control.call('listEvents', { query: {} }));
  say(`of ${count}: sessions ${summary(sessionsMs)}, events ${summary(eventsMs)}`);
  await sayOthers(control, say);

  const perSecond = await endAll(count, installation);
  say(`${perSecond.toFixed(0)} idle sessions ended a second`);
  return [
    { name: 'page of 100,000 sessions p99', value: p99(sessionsMs), unit: 'ms', target: '< 100' },
    { name: 'page of 100,000 events p99', value: p99(eventsMs), unit: 'ms', target: '< 100' },
    { name: 'idle sessions ended', value: significant(perSecond), unit: 'sessions/s' },
  ];
}

const p99 = (ms: number[]) => significant(percentile(ms, 0.99));
const summary = (ms: number[]) => `p50 ${percentile(ms, 0.5).toFixed(1)} ms, p99 ${percentile(ms, 0.99).toFixed(1)} ms`;

/** Lets the router make a session and a turn in each of `count` conversations. */
async function routeOneEach(count: number, { bus }: Installation): Promise<void> {
  await storeEvents({ run: 'many', count, pick: (n) => n }, bus);
  const turns = async () => (await streamUsage(bus)).get(bus.names.stream('TURNS'))?.messages ?? 0;
  await waitFor(async () => (await turns()) >= count, { what: 'all turns', ...patient });
}

async function times(requests: number, ask: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let request = 0; request < requests; request++) {
    const startedAt = performance.now();
    await ask();
    took.push(performance.now() - startedAt);
  }
  return took;
}

/** What is no row, for whoever looks closer. */
async function sayOthers(control: ControlClient, say: BenchContext['say']): Promise<void> {
  const [session] = (await control.call('listSessions', { query: { limit: 1 } })).body.items;
  const params = { session_id: session?.session_id ?? '' };
  const others: [string, number, () => Promise<unknown>][] = [
    ['one session', 30, () => control.call('getSession', { params })],
    ['its turns', 30, () => control.call('listTurns', { params, query: {} })],
    ['sessions, none fits', 5, () => control.call('listSessions', { query: { state: 'ended' } })],
    ['sessions by id', 5, () => control.call('listSessions', { query: { order: 'id' } })],
    ['events, none fits', 5, () => control.call('listEvents', { query: { kind: 'slack' } })],
  ];
  for (const [what, requests, ask] of others) say(`${what}: ${summary(await times(requests, ask))}`);
}

/** Makes all sessions look as if they were not used for 100 days, and lets a router find that. */
async function endAll(count: number, installation: Installation): Promise<number> {
  const { bus } = installation;
  const router = installation.process('session-router-1');
  await router.stop();
  const sessions = bus.bucket<SessionRecord>('sessions');
  const active_at = new Date(Date.now() - 100 * dayMs).toISOString();
  for await (const { key, value } of sessions.entries()) await sessions.put(key, { ...value, active_at });
  router.start();
  await router.ready();
  const ended = async () => {
    const text = await (await fetch(`${installation.opsUrls.get('session-router-1')}/metrics`)).text();
    return Number(/^trunkline_sessions_idle_ended_total (\d+)/m.exec(text)?.[1] ?? 0);
  };
  await waitFor(ended, { what: 'the first sweep', ...patient });
  const [startedAt, before] = [performance.now(), await ended()];
  while ((await ended()) < count) await sleep(100);
  return ((count - before) * 1_000) / (performance.now() - startedAt);
}
