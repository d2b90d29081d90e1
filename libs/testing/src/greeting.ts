import { once } from 'node:events';
import { connect } from 'node:net';

/** What a nats-server says of itself to whoever connects; nothing from one that is gone, or silent for this long. */
export async function greeting(port: number, timeoutMs: number): Promise<unknown> {
  const socket = connect(port, '127.0.0.1');
  const timer = setTimeout(() => socket.destroy(new Error('silent')), timeoutMs);
  try {
    const [info] = await once(socket, 'data');
    return JSON.parse(String(info).replace(/^INFO /, ''));
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
