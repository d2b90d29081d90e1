import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { median } from './arithmetic.ts';
import { compared } from './compared.ts';
import { interleaved } from './interleaved.ts';
import { startLoadGenerator } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

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
  const contest = { kind: 'http', ports: { gateway: gatewayPort, floor: floorPort }, load, context } as const;

  const full = (await interleaved(contest, { name: 'full' })).pairs('gateway', 'floor', (run) => run.perSecond);
  const throughput = median(full.map(([gateway]) => gateway));
  const half = await interleaved(contest, { name: 'half', rate: throughput / 2 });
  return [
    compared({ name: 'http ingress throughput', unit: 'events/s', target: '>= 0.7' }, full),
    compared(
      { name: 'http ingress p99 at half load', unit: 'ms', target: '<= 3' },
      half.pairs('gateway', 'floor', (run) => run.p99Ms),
    ),
  ];
}
