import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { median, significant } from './arithmetic.ts';
import { startLoadGenerator, type LoadGenerator, type LoadOrder, type LoadResult } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

const connections = 32;
const conversations = 1_000;
/** Signed for the warm-up; how many are signed for a run follows from what came of the warm-up. */
const warmUpEvents = 3_000;

/** Throughput of the gateway against that of the floor, then both their latencies at half of the gateway's throughput. */
export async function measureIngress(context: BenchContext): Promise<Row[]> {
  const floorPort = await freePort();
  const floor = { name: 'floor', main: join(import.meta.dirname, 'floor-server.ts'), args: [String(floorPort)] };
  await using installation = await startInstallation({
    connectors: benchConnectors,
    routers: 0,
    logLevel: 'info',
    extra: [floor],
  });
  await using load = await startLoadGenerator();
  const gatewayPort = Number(new URL(installation.gatewayUrls[0] ?? '').port);
  const pair = { ports: [gatewayPort, floorPort] as const, load, context };

  const full = await interleaved(pair, { name: 'full' });
  const throughput = median(full.map(([gateway]) => gateway.perSecond));
  const half = await interleaved(pair, { name: 'half', rate: throughput / 2 });
  return [
    compared(
      { name: 'http ingress throughput', unit: 'events/s', target: '>= 0.7' },
      full.map(([gateway, least]) => [gateway.perSecond, least.perSecond]),
    ),
    compared(
      { name: 'http ingress p99 at half load', unit: 'ms', target: '<= 3' },
      half.map(([gateway, least]) => [gateway.p99Ms, least.p99Ms]),
    ),
  ];
}

/** Medians of pairs that were measured one right after the other; the ratio is the median of the pairs' ratios. */
export function compared(
  row: Pick<Row, 'name' | 'unit' | 'target'>,
  pairs: readonly (readonly [number, number])[],
): Row {
  return {
    name: row.name,
    value: significant(median(pairs.map(([value]) => value))),
    floor: significant(median(pairs.map(([, floor]) => floor))),
    ratio: significant(median(pairs.map(([value, floor]) => value / floor))),
    unit: row.unit,
    ...(row.target !== undefined && { target: row.target }),
  };
}

interface Pair {
  ports: readonly [gateway: number, floor: number];
  load: LoadGenerator;
  context: BenchContext;
}

async function interleaved(
  { ports, load, context }: Pair,
  how: { name: string; rate?: number },
): Promise<[LoadResult, LoadResult][]> {
  const durationMs = context.quick ? 1_500 : 4_000;
  const order = (port: number, round: number | string): LoadOrder => ({
    port,
    run: `${how.name}-${port}-${round}`,
    connections,
    conversations,
    durationMs,
    count: warmUpEvents,
    ...(how.rate !== undefined && { rate: how.rate }),
  });
  const warm: LoadResult[] = [];
  for (const port of ports) warm.push(await load.run({ ...order(port, 'warm'), durationMs: 60_000 }));
  const fastest = how.rate ?? 3 * Math.max(...warm.map(({ perSecond }) => perSecond));
  const count = Math.ceil((fastest * durationMs) / 1000);
  const rounds: [LoadResult, LoadResult][] = [];
  for (let round = 1; round <= (context.quick ? 3 : 5); round++) {
    const gateway = await load.run({ ...order(ports[0], round), count });
    const floor = await load.run({ ...order(ports[1], round), count });
    rounds.push([gateway, floor]);
    context.say(`${how.name} load ${round}: gateway ${told(gateway)}, floor ${told(floor)}`);
  }
  return rounds;
}

const told = ({ perSecond, p50Ms, p99Ms }: LoadResult) =>
  `${perSecond.toFixed(0)}/s (p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms)`;
