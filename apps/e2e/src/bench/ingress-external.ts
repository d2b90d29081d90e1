import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { compared } from './compared.ts';
import { batchSize, externalConnectors } from './external-requests.ts';
import { interleaved } from './interleaved.ts';
import { startLoadGenerator, type LoadResult } from './load.ts';
import type { BenchContext, Row } from './row.ts';

const singles = ({ perSecond }: LoadResult) => perSecond;
const eventsOfBatches = ({ perSecond }: LoadResult) => perSecond * batchSize;

/** Events of a sidecar, one by one and in batches, against the floor of the http gateway: one signed event a request. */
export async function measureExternalIngress(context: BenchContext): Promise<Row[]> {
  const floor = await freePort();
  await using installation = await startInstallation({
    connectors: externalConnectors,
    routers: 0,
    gateways: 0,
    externalGateways: 1,
    logLevel: 'info',
    extra: [{ name: 'floor', main: join(import.meta.dirname, 'floor-server.ts'), args: [String(floor), 'http'] }],
  });
  await using load = await startLoadGenerator();
  const gateway = Number(new URL(installation.gatewayUrlsOf('external')[0] ?? '').port);
  const contest = { ports: { gateway, floor }, load, context };
  const one = await interleaved({ ...contest, kind: 'external' }, { name: 'single' });
  const many = await interleaved({ ...contest, ports: { gateway }, kind: 'external_batch' }, { name: 'batch' });
  const floors = one.figures('floor', singles);
  const unit = 'events/s';
  return [
    compared({ name: 'external ingress single', unit, target: '>= 0.7' }, one.pairs('gateway', 'floor', singles)),
    compared(
      { name: 'external ingress batch', unit, target: '>= 1.5' },
      many.figures('gateway', eventsOfBatches).map((value, round) => [value, floors[round] ?? Number.NaN]),
    ),
  ];
}
