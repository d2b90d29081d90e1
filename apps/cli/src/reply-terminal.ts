import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';

/** An answer that was delivered to the terminal. */
export interface ShownReply {
  text: string;
  session_id: string;
  delivery_id: string;
}

/** The line by which a reply is shown. */
export const replyLine = ({ text, session_id, delivery_id }: ShownReply) =>
  `Reply   ${text}   (session ${session_id}, delivery ${delivery_id})`;

/** A webhook receiver of our own: shows what is delivered to it, answers 204, and takes a repeated delivery only once. */
export async function openReplyTerminal(
  { port, host = '127.0.0.1' }: { port: number; host?: string },
  show: (reply: ShownReply) => void,
): Promise<{ url: string; close(): void }> {
  const seen = new Set<string>();
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const reply = replyOf(body);
      const id = String(request.headers['webhook-id'] ?? reply.delivery_id);
      if (!seen.has(id)) show(reply);
      seen.add(id);
      response.writeHead(204).end();
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return { url: `http://${host}:${actual}/`, close: () => server.close() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function replyOf(body: string): ShownReply {
  try {
    const fields = JSON.parse(body) as Record<string, unknown>;
    return {
      text: String(fields['text'] ?? fields['content'] ?? ''),
      session_id: String(fields['session_id'] ?? ''),
      delivery_id: String(fields['delivery_id'] ?? ''),
    };
  } catch {
    return { text: body, session_id: '', delivery_id: '' };
  }
}
