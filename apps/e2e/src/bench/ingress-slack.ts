import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { compared } from './compared.ts';
import { interleaved } from './interleaved.ts';
import { startLoadGenerator, type LoadResult } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { slackConnectors } from './slack-requests.ts';

const beside = (name: string, args: string[]) => ({ name, main: join(import.meta.dirname, `${name}.ts`), args });
const perSecond = (result: LoadResult) => result.perSecond;

/** The same signed events to the gateway, to the floor and to the Chat SDK (peer-chat-slack.ts says what that does for them). */
export async function measureSlackIngress(context: BenchContext): Promise<Row[]> {
  const [floor, peer, fake] = [await freePort(), await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${fake}/api`;
  await using installation = await startInstallation({
    connectors: slackConnectors(apiUrl),
    routers: 0,
    gateways: 0,
    slackGateways: 1,
    logLevel: 'info',
    extra: [
      beside('peer-platforms', ['slack', String(fake)]),
      beside('floor-server', [String(floor), 'slack']),
      beside('peer-chat-slack', [String(peer), apiUrl]),
    ],
  });
  await using load = await startLoadGenerator();
  const gateway = Number(new URL(installation.gatewayUrlsOf('slack')[0] ?? '').port);
  const rounds = await interleaved(
    { kind: 'slack', ports: { gateway, floor, 'chat sdk': peer }, load, context },
    { name: 'full' },
  );
  const unit = 'events/s';
  return [
    compared({ name: 'slack ingress throughput', unit, target: '>= 0.7' }, rounds.pairs('gateway', 'floor', perSecond)),
    compared(
      { name: 'slack ingress vs chat sdk', unit, target: '>= 2' },
      rounds.pairs('gateway', 'chat sdk', perSecond),
    ),
  ];
}
