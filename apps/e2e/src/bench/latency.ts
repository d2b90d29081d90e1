import { join } from 'node:path';
import { consume } from '@trunkline/consumer-sdk';
import { freePort } from '@trunkline/testing';
import { startInstallation, type Installation } from '../installation.ts';
import { percentile } from './arithmetic.ts';
import { followFloor } from './floor-consumer.ts';
import { openConnection } from './http-connection.ts';
import { compared } from './compared.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors, requestBytes } from './signed-requests.ts';

/** Requests until both run compiled code: services live for weeks, not for their first second. */
const warmUp = 3_000;

/** From a webhook being posted to its turn being in a consumer's hands, one at a time. */
export async function measureLatency({ quick, say }: BenchContext): Promise<Row[]> {
  const floorPort = await freePort();
  const floorProcess = { name: 'floor', main: join(import.meta.dirname, 'floor-server.ts'), args: [String(floorPort)] };
  await using installation = await startInstallation({
    connectors: benchConnectors,
    logLevel: 'info',
    extra: [floorProcess],
  });
  const arrivals = new Arrivals();
  const consumer = await consume({ group: 'bench', servers: installation.nats.url }, (turn) => {
    arrivals.tell(turn.event.id);
    return Promise.resolve();
  });
  const floorConsumer = await followFloor(installation.bus.connection, (id) => arrivals.tell(id));
  try {
    return await measure({ installation, floorPort, arrivals }, { quick, say });
  } finally {
    await floorConsumer.stop();
    await consumer.drain();
  }
}

async function measure(
  at: { installation: Installation; floorPort: number; arrivals: Arrivals },
  { quick, say }: BenchContext,
): Promise<Row[]> {
  const gatewayPort = Number(new URL(at.installation.gatewayUrls[0] ?? '').port);
  const each = quick ? 50 : 200;
  const time = (port: number, run: string, count = each) => timeEach({ port, run, count }, at.arrivals);
  await time(gatewayPort, 'warm-gateway', quick ? each : warmUp);
  await time(at.floorPort, 'warm-floor', quick ? each : warmUp);
  const pairs: [number, number][] = [];
  for (let round = 1; round <= 5; round++) {
    const gateway = await time(gatewayPort, `gateway-${round}`);
    const floor = await time(at.floorPort, `floor-${round}`);
    say(`webhook to turn ${round}: p50 ${gateway.toFixed(2)} ms, floor ${floor.toFixed(2)} ms`);
    pairs.push([gateway, floor]);
  }
  return [compared({ name: 'webhook to turn p50', unit: 'ms', target: '<= 3' }, pairs)];
}

async function timeEach(what: { port: number; run: string; count: number }, arrivals: Arrivals): Promise<number> {
  const connection = await openConnection(what.port);
  const taken: number[] = [];
  for (let n = 0; n < what.count; n++) {
    const id = `${what.run}-${n}`;
    const request = requestBytes({ id, conversation: n % 100 }, 'localhost');
    const arrived = arrivals.of(id);
    const startedAt = performance.now();
    const [arrivedAt, status] = await Promise.all([arrived, connection.send(request)]);
    if (status >= 300) throw new Error(`The post of ${id} was answered ${status}.`);
    taken.push(arrivedAt - startedAt);
  }
  connection.close();
  return percentile(taken, 0.5);
}

/** When what was posted arrived, by event id. */
class Arrivals {
  readonly #waiting = new Map<string, (at: number) => void>();

  of(id: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  tell(id: string): void {
    this.#waiting.get(id)?.(performance.now());
    this.#waiting.delete(id);
  }
}
