import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What stands before several gateways: connections go to them in turn, and to the next one where nobody listens. */
export interface Front extends AsyncDisposable {
  readonly url: string;
}

/** Listens on a free port of 127.0.0.1 unless said otherwise. A backend that dies takes its connections along, as it does behind a real one. */
export async function openFront(
  backends: readonly string[],
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<Front> {
  const ports = backends.map((url) => Number(new URL(url).port));
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    track(client, sockets);
    join(client, { ports: ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0), sockets });
    turn += 1;
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://${host}:${typeof address === 'object' && address ? address.port : 0}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

function join(client: Socket, { ports, sockets }: { ports: number[]; sockets: Set<Socket> }): void {
  const [port, ...others] = ports;
  if (port === undefined) return void client.destroy();
  const backend = connect(port, '127.0.0.1');
  track(backend, sockets);
  let connected = false;
  backend.once('connect', () => {
    connected = true;
    client.pipe(backend).pipe(client);
  });
  backend.on('error', () => (connected ? client.destroy() : join(client, { ports: others, sockets })));
  backend.once('close', () => connected && client.destroy());
  client.on('error', () => backend.destroy());
  client.once('close', () => backend.destroy());
}
