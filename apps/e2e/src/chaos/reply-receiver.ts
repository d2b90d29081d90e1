import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** A delivery that arrived and was answered 204. */
export interface ReceivedReply {
  webhookId: string;
  outputId: string;
  /** Path and port: one for each conversation. */
  target: string;
  text: string;
  traceparent: string | undefined;
}

/** The reply targets of a run. */
export interface ReplyReceiver extends AsyncDisposable {
  /** In the order of arrival. */
  readonly replies: readonly ReceivedReply[];
  /** How many replies arrived for the first time. */
  distinct(): number;
  /** A target of its own for each number; spread over hosts, because gateways limit what one host gets at a time. */
  targetOf(number: number): string;
}

/** Listens on as many ports as `hosts` says. */
export async function openReplyReceiver(hosts = 8): Promise<ReplyReceiver> {
  const replies: ReceivedReply[] = [];
  const seen = new Set<string>();
  const servers = Array.from({ length: hosts }, () =>
    createServer((request, response) => {
      void readBody(request).then(
        (body) => {
          const reply = replyOf(request, body);
          replies.push(reply);
          seen.add(reply.webhookId);
          response.writeHead(204).end();
        },
        () => response.destroy(),
      );
    }),
  );
  const urls = await Promise.all(servers.map(listen));
  return {
    replies,
    distinct: () => seen.size,
    targetOf: (number) => `${urls[number % hosts]}/conversations/${number}`,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close().closeAllConnections();
    },
  };
}

async function listen(server: Server): Promise<string> {
  // A gateway that thaws finds its idle connections as it left them.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('A listening server has an address.');
  return `http://127.0.0.1:${address.port}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

function replyOf(request: IncomingMessage, body: string): ReceivedReply {
  const { output_id, text } = JSON.parse(body) as { output_id: string; text: string };
  return {
    webhookId: String(request.headers['webhook-id']),
    outputId: output_id,
    target: `${request.headers.host}${request.url}`,
    text,
    traceparent: request.headers.traceparent?.toString(),
  };
}
