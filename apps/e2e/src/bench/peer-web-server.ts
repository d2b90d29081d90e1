import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Serves a handler of web requests from node:http: the body is read first, which is the fastest body that a Request can have. */
export function serveWeb(handle: (request: Request) => Promise<Response>, port: number): void {
  async function answer(request: Request, outgoing: ServerResponse): Promise<void> {
    const response = await handle(request);
    const body = await response.text();
    outgoing.writeHead(response.status, { 'content-length': Buffer.byteLength(body) }).end(body);
  }
  createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => void answer(requestOf(incoming, Buffer.concat(chunks).toString()), outgoing));
  }).listen(port, '127.0.0.1', () => process.send?.('ready'));
  process.once('SIGTERM', () => process.exit(0));
}

function requestOf({ method = 'POST', url = '/', headers }: IncomingMessage, body: string): Request {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Request(`http://127.0.0.1${url}`, { method, headers: pairs, body });
}
