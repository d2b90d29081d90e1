import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request that an app got. */
export interface Received {
  body: string;
  headers: IncomingHttpHeaders;
}

/** An app that keeps what it gets and answers as it is told; 200 unless told otherwise. */
export interface RequestLog extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
}

type AnswerRequest = (response: ServerResponse, received: Received, count: number) => void | Promise<void>;

/** Starts the app on a free port. */
export async function startRequestLog(answer: AnswerRequest = (response) => void response.end()): Promise<RequestLog> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const got = { body, headers: request.headers };
      received.push(got);
      return answer(response, got, received.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/slack/events`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
