/**
 * The floor: the least that an ingress must do. node:http, an HMAC, a JetStream publish with its acknowledgement, nothing else.
 *
 *     NATS_URL=... node floor-server.ts <port>
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { jetstream, jetstreamManager } from '@nats-io/jetstream';

import { connect } from '@nats-io/transport-node';
import { floorStream, floorSubject } from './floor-stream.ts';
import { benchSecret } from './signed-requests.ts';

const nc = await connect({ servers: process.env['NATS_URL'] });
const manager = await jetstreamManager(nc);
const { config } = await manager.streams.info('tl_EVENTS');
await manager.streams.add({ ...config, name: floorStream, subjects: [floorSubject] });
const js = jetstream(nc);
const key = Buffer.from(benchSecret.slice('whsec_'.length), 'base64');

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => void take(request, { response, body: Buffer.concat(chunks) }));
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
process.once('SIGTERM', () => process.exit(0));

async function take(
  { headers }: IncomingMessage,
  { response, body }: { response: ServerResponse; body: Buffer },
): Promise<void> {
  const id = String(headers['webhook-id']);
  if (
    !isSigned(
      { id, timestamp: String(headers['webhook-timestamp']), signature: String(headers['webhook-signature']) },
      body,
    )
  ) {
    return answer(response, 401, { status: 'refused' });
  }
  try {
    await js.publish(floorSubject, body, { msgID: id });
    answer(response, 202, { event_id: id, status: 'accepted' });
  } catch {
    answer(response, 503, { status: 'unavailable' });
  }
}

function isSigned(claim: { id: string; timestamp: string; signature: string }, body: Buffer): boolean {
  if (Math.abs(Date.now() / 1000 - Number(claim.timestamp)) > 300) return false;
  const expected = createHmac('sha256', key).update(`${claim.id}.${claim.timestamp}.`).update(body).digest('base64');
  const [mine, theirs] = [Buffer.from(`v1,${expected}`), Buffer.from(claim.signature)];
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
