/**
 * The floor: the least that an ingress must do. node:http, an HMAC, a JetStream publish with its acknowledgement, nothing else.
 *
 *     NATS_URL=... node floor-server.ts <port> [http | slack]
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { proofs } from './floor-proof.ts';
import { floorSubject, openFloorStream } from './floor-stream.ts';

const [port, kind] = process.argv.slice(2);
const prove = kind === 'slack' ? proofs.slack : proofs.http;
const js = await openFloorStream();

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => void take(request, { response, body: Buffer.concat(chunks) }));
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.once('SIGTERM', () => process.exit(0));

async function take(
  { headers }: IncomingMessage,
  { response, body }: { response: ServerResponse; body: Buffer },
): Promise<void> {
  const id = prove(headers, body);
  if (id === undefined) return answer(response, 401, { status: 'refused' });
  try {
    await js.publish(floorSubject, body, { msgID: id });
    if (kind === 'slack') response.writeHead(200, { 'content-length': 0 }).end();
    else answer(response, 202, { event_id: id, status: 'accepted' });
  } catch {
    answer(response, 503, { status: 'unavailable' });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}
