import { setTimeout as sleep } from 'node:timers/promises';
import { openReplyReceiver } from '../chaos/reply-receiver.ts';
import { startInstallation } from '../installation.ts';
import { significant } from './arithmetic.ts';
import { startLoadGenerator } from './load.ts';
import type { BenchContext, Row } from './row.ts';
import { benchConnectors } from './signed-requests.ts';

const hosts = 8;

/** Events a second from the first post to the last answer delivered, with everything running on this one machine. */
export async function measureEndToEnd({ quick, say }: BenchContext): Promise<Row[]> {
  await using receiver = await openReplyReceiver(hosts);
  await using installation = await startInstallation({ connectors: benchConnectors, consumers: 1, logLevel: 'info' });
  await using load = await startLoadGenerator();
  const port = Number(new URL(installation.gatewayUrls[0] ?? '').port);
  const replyTo = Array.from({ length: hosts }, (_, host) => receiver.targetOf(host));
  const order = { kind: 'http', port, connections: 32, conversations: 1_000, durationMs: 120_000, replyTo } as const;
  const delivered = async (count: number) => {
    const deadline = performance.now() + 180_000;
    while (receiver.distinct() < count) {
      if (performance.now() > deadline)
        throw new Error(`${receiver.distinct()} of ${count} answers arrived.\n${installation.tails()}`);
      await sleep(5);
    }
  };

  const warm = await load.run({ ...order, run: 'warm', count: 1_000 });
  await delivered(warm.answered);
  const count = quick ? 1_500 : 6_000;
  const startedAt = performance.now();
  const sent = await load.run({ ...order, run: 'measured', count });
  say(`end to end: ${sent.perSecond.toFixed(0)}/s taken in`);
  await delivered(warm.answered + sent.answered);
  const perSecond = (count * 1_000) / (performance.now() - startedAt);
  return [{ name: 'end to end events per second', value: significant(perSecond), unit: 'events/s' }];
}
