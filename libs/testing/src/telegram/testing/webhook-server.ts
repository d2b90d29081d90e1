import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { TelegramUpdate } from '../update.ts';

export interface HookRequest {
  headers: IncomingHttpHeaders;
  update: TelegramUpdate;
  text: string;
}

export interface HookAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers. */
  silent?: true;
}

/** A webhook that writes down what it gets and answers what `answer` says; 200 unless it does. */
export async function startWebhook(
  answer: (request: HookRequest, index: number) => HookAnswer | Promise<HookAnswer> | void = () => {},
) {
  const requests: HookRequest[] = [];
  const reply = async (body: string, headers: IncomingHttpHeaders, res: ServerResponse): Promise<void> => {
    const update = JSON.parse(body) as TelegramUpdate;
    const request = { headers, update, text: update.message?.text ?? '' };
    requests.push(request);
    const said = (await answer(request, requests.length - 1)) ?? {};
    if (!said.silent) res.writeHead(said.status ?? 200, said.headers).end(said.body ?? '');
  };
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (part) => (body += part));
    req.on('end', () => void reply(body, req.headers, res));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`,
    requests,
    texts: () => requests.map((request) => request.text),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
