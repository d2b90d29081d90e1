import { connect, type Socket } from 'node:net';

/** One kept-alive connection, one request at a time. */
export interface HttpConnection {
  /** Sends the bytes of a request; resolves with the status of its answer. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

/**
 * Opens a connection. It understands just what a server of ours answers (a length, no chunks): node's own client would take more of
 * the processor than the server that is measured.
 */
export async function openConnection(port: number): Promise<HttpConnection> {
  const socket = await connected(port);
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  let answer = '';

  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    answer += chunk;
    if (!isWhole(answer)) return;
    const status = Number(answer.slice(9, 12));
    answer = '';
    waiting?.resolve(status);
  });
  const fail = (error?: Error) => waiting?.reject(error ?? new Error('The server closed the connection.'));
  socket.on('error', fail).on('close', () => fail());

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      });
    },
    close: () => void socket.destroy(),
  };
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

const lengthHeader = '\r\ncontent-length: ';

function isWhole(answer: string): boolean {
  const bodyAt = answer.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return false;
  const lengthAt = answer.toLowerCase().indexOf(lengthHeader);
  const length =
    lengthAt < 0 || lengthAt > bodyAt
      ? 0
      : Number.parseInt(answer.slice(lengthAt + lengthHeader.length, lengthAt + 36), 10);
  return answer.length >= bodyAt + length;
}
