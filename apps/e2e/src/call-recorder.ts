import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A call that arrived. */
export interface RecordedCall {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A sidecar that takes everything, and any other target of deliveries: it writes down who calls. */
export interface CallRecorder extends AsyncDisposable {
  readonly url: string;
  calls(path: string): RecordedCall[];
}

const instance = { protocol_version: 1, instance_id: 'i-1' };
const answers: Readonly<Record<string, object>> = {
  '/manifest': instance,
  '/health': { ...instance, status: 'ready' },
};

/** Listens on a free port of 127.0.0.1. */
export async function openCallRecorder(): Promise<CallRecorder> {
  const calls: RecordedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      calls.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers[path] ?? { status: 'committed' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    calls: (path) => calls.filter((call) => call.path === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
