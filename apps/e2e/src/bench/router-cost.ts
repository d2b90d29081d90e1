import { setTimeout as sleep } from 'node:timers/promises';
import { streamUsage } from '@trunkline/bus';
import { startInstallation, type Installation } from '../installation.ts';
import { significant } from './arithmetic.ts';
import { compared } from './compared.ts';
import { makeSessions, storeEvents } from './existing-sessions.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

const fewSessions = 1_000;
const manySessions = 1_000_000;

/** What routing an event costs with few and with many sessions there, each with a NATS of its own; and how fast a backlog goes. */
export async function measureRouter({ quick, say }: BenchContext): Promise<Row[]> {
  const sessions = quick ? manySessions / 20 : manySessions;
  await using few = await withSessions(fewSessions);
  say(`making ${sessions} sessions ...`);
  await using many = await withSessions(sessions);
  await route(few, { run: 'warm', events: 2_000 });
  await route(many, { run: 'warm', events: 2_000 });

  const events = quick ? 2_000 : 5_000;
  const pairs: [number, number][] = [];
  for (let round = 1; round <= (quick ? 3 : 5); round++) {
    const withMany = await route(many, { run: `round-${round}`, events });
    const withFew = await route(few, { run: `round-${round}`, events });
    say(
      `router ${round}: ${withMany.toFixed(0)} us an event with ${sessions} sessions, ${withFew.toFixed(0)} us with ${fewSessions}`,
    );
    pairs.push([withMany, withFew]);
  }
  const backlog = quick ? 5_000 : 20_000;
  const perEvent = await route(few, { run: 'backlog', events: backlog });
  const name = 'router cost per event, 1,000,000 sessions vs 1,000';
  return [
    compared({ name, unit: 'us', target: '<= 2' }, pairs),
    { name: 'router throughput, backlog of 20,000', value: significant(1_000_000 / perEvent), unit: 'events/s' },
  ];
}

interface Measured extends AsyncDisposable {
  installation: Installation;
  sessions: number;
}

async function withSessions(sessions: number): Promise<Measured> {
  const installation = await startInstallation({ connectors: benchConnectors, gateways: 0, logLevel: 'info' });
  await makeSessions(sessions, installation.bus);
  return { installation, sessions, [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose]() };
}

/** Lets a router that was frozen meanwhile find `events` in random sessions. Microseconds an event until the last turn is stored. */
async function route({ installation, sessions }: Measured, what: { run: string; events: number }): Promise<number> {
  const { bus } = installation;
  const router = installation.process('session-router-1');
  const before = await turnsOf(installation);
  router.pause();
  await storeEvents({ run: what.run, count: what.events, pick: () => Math.floor(Math.random() * sessions) }, bus);
  const startedAt = performance.now();
  router.resume();
  while ((await turnsOf(installation)) < before + what.events) {
    if (performance.now() - startedAt > 300_000) throw new Error(`The router does not route.\n${installation.tails()}`);
    await sleep(20);
  }
  return ((performance.now() - startedAt) * 1_000) / what.events;
}

async function turnsOf({ bus }: Installation): Promise<number> {
  const usage = await streamUsage(bus);
  return usage.get(bus.names.stream('TURNS'))?.messages ?? 0;
}
