import { join } from 'node:path';
import { freePort } from '@trunkline/testing';
import { startInstallation } from '../installation.ts';
import { compared } from './compared.ts';
import { interleaved } from './interleaved.ts';
import { startLoadGenerator, type LoadResult } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { telegramConnectors } from './telegram-requests.ts';

const beside = (name: string, args: string[]) => ({ name, main: join(import.meta.dirname, `${name}.ts`), args });
const perSecond = (result: LoadResult) => result.perSecond;

/** The same updates to the gateway, to the Chat SDK and to a bare grammY; peer-chat-telegram.ts and peer-grammy.ts say what those do. */
export async function measureTelegramIngress(context: BenchContext): Promise<Row[]> {
  const [chat, grammy, fake] = [await freePort(), await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${fake}`;
  await using installation = await startInstallation({
    connectors: telegramConnectors(apiUrl),
    routers: 0,
    gateways: 0,
    telegramGateways: 1,
    logLevel: 'info',
    extra: [
      beside('peer-platforms', ['telegram', String(fake)]),
      beside('peer-chat-telegram', [String(chat), apiUrl]),
      beside('peer-grammy', [String(grammy)]),
    ],
  });
  await using load = await startLoadGenerator();
  const gateway = Number(new URL(installation.gatewayUrlsOf('telegram')[0] ?? '').port);
  const rounds = await interleaved(
    { kind: 'telegram', ports: { gateway, 'chat sdk': chat, grammY: grammy }, load, context },
    { name: 'full' },
  );
  const unit = 'events/s';
  return [
    compared(
      { name: 'telegram ingress vs chat sdk', unit, target: '>= 2' },
      rounds.pairs('gateway', 'chat sdk', perSecond),
    ),
    compared(
      { name: 'telegram ingress vs grammY', unit, target: '>= 1' },
      rounds.pairs('gateway', 'grammY', perSecond),
    ),
  ];
}
