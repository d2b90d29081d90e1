/** A process that posts signed events as it is told over IPC: the load, apart from what is measured and from the measuring. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './arithmetic.ts';
import { openConnection, type HttpConnection } from './http-connection.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { externalBatchRequest, externalRequest } from './external-requests.ts';
import { requestBytes } from './signed-requests.ts';
import { slackRequest } from './slack-requests.ts';
import { telegramRequest } from './telegram-requests.ts';

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

const requests = {
  http: requestBytes,
  slack: slackRequest,
  telegram: telegramRequest,
  external: externalRequest,
  external_batch: externalBatchRequest,
} as const;

/** Counts over all runs: platforms number what they send, and nothing that is posted here is a repeat. */
let lastSerial = 0;

async function run(order: LoadOrder): Promise<LoadResult> {
  // Signed before the clock starts: signing is the sender's work.
  const signed = Array.from({ length: order.count }, (_, n) =>
    requests[order.kind](eventOf(order, n), `127.0.0.1:${order.port}`),
  );
  const connections = await Promise.all(Array.from({ length: order.connections }, () => openConnection(order.port)));
  const load: Load = { order, requests: signed, next: 0, latencies: [], failed: 0, startedAt: performance.now() };
  await Promise.all(
    connections.map((each) => (order.rate === undefined ? closedLoop(each, load) : openLoop(each, load))),
  );
  const seconds = (performance.now() - load.startedAt) / 1000;
  for (const each of connections) each.close();
  const { latencies, failed } = load;
  return {
    answered: latencies.length,
    failed,
    perSecond: latencies.length / seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

function eventOf({ run: name, conversations, replyTo }: LoadOrder, n: number) {
  const conversation = n % conversations;
  const target = replyTo?.[conversation % replyTo.length];
  const event = { id: `${name}-${n}`, serial: ++lastSerial, conversation };
  return { ...event, ...(target !== undefined && { replyTo: `${target}/${conversation}` }) };
}

interface Load {
  order: LoadOrder;
  requests: readonly Buffer[];
  next: number;
  latencies: number[];
  failed: number;
  startedAt: number;
}

const isOver = ({ order, startedAt }: Load) => performance.now() - startedAt >= order.durationMs;

/** As fast as answers come. */
async function closedLoop(connection: HttpConnection, load: Load): Promise<void> {
  while (!isOver(load)) {
    const request = load.requests[load.next++];
    if (!request) return;
    await measure(connection, { request, since: performance.now() }, load);
  }
}

/**
 * At a fixed rate, whatever the answers do: the time of a request that finds no free connection begins when it is due. One that
 * finds one begins when it is sent, so that late timers of this process are nobody's latency.
 */
async function openLoop(connection: HttpConnection, load: Load): Promise<void> {
  const gapMs = 1000 / (load.order.rate ?? 1);
  for (;;) {
    const at = load.next++;
    const request = load.requests[at];
    const dueAt = load.startedAt + at * gapMs;
    if (!request || dueAt - load.startedAt >= load.order.durationMs) return;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(early);
    await measure(connection, { request, since: early > 0 ? performance.now() : dueAt }, load);
  }
}

async function measure(
  connection: HttpConnection,
  sent: { request: Buffer; since: number },
  load: Load,
): Promise<void> {
  const status = await connection.send(sent.request);
  if (status >= 200 && status < 300) load.latencies.push(performance.now() - sent.since);
  else load.failed++;
}
