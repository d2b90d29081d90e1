import { once } from 'node:events';
import { createServer } from 'node:net';

/** The wanted port if nothing listens on it on 127.0.0.1, else one that is free now. 0 means any. */
export async function freePort(wanted: number): Promise<number> {
  const taken = await listenBriefly(wanted);
  return taken ?? (await listenBriefly(0)) ?? 0;
}

async function listenBriefly(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
