import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { startFakeTelegram, waitFor, type FakeTelegram } from '@trunkline/testing';
import type { InstallationOptions } from '../installation.ts';
import { openConsole, type ConsoleStage } from './open-console.ts';

const token = 'hook-token-of-the-conversations';

/** A target of HTTP deliveries that answers what it is told to. */
interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** By path: the status to answer; 204 unless set. */
  readonly answers: Map<string, number>;
  /** What was taken, by path: text and idempotency key. */
  taken(path: string): { text: string; key: string }[];
}

/** Listens on a port of its own. */
async function startReceiver(): Promise<Receiver> {
  const answers = new Map<string, number>();
  const taken = new Map<string, { text: string; key: string }[]>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const status = answers.get(path) ?? 204;
    void json(request).then((body) => {
      const { text } = body as { text: string };
      const key = String(request.headers['idempotency-key']);
      if (status < 300) taken.set(path, [...(taken.get(path) ?? []), { text, key }]);
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    taken: (path) => taken.get(path) ?? [],
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections();
    },
  };
}

/** A console over real traffic: people at an HTTP connector and in Telegram, `agent.ts` that answers them, and a receiver of answers. */
export interface ConversationStage extends AsyncDisposable {
  readonly console: ConsoleStage;
  readonly receiver: Receiver;
  readonly telegram: FakeTelegram;
  /** Somebody says something in a session through the HTTP connector; the answer goes to a path of the receiver, if one is named. */
  say(session: string, content: string, to?: string): Promise<void>;
  /** Through a connector that makes no sessions: a router rejects it where the session is none. */
  sayRejected(session: string, content: string): Promise<void>;
  /** Of the deliveries to a path of the receiver, the newest that is in a state, once there is one. */
  delivery(path: string, state: string): Promise<string>;
}

/** Starts all of it. */
export async function openConversations(more: Partial<InstallationOptions> = {}): Promise<ConversationStage> {
  await using starting = new AsyncDisposableStack();
  const telegram = starting.use(await startFakeTelegram());
  const receiver = starting.use(await startReceiver());
  const main = join(import.meta.dirname, '../agent.ts');
  const agent = { name: 'agent', main, args: ['trunkline.domain.event'], group: 'agent' };
  const console = starting.use(
    await openConsole({
      connectors: connectorsFile(telegram),
      ...{ gateways: 1, telegramGateways: 1, extra: [agent] },
      ...more,
    }),
  );
  const post = (name: string, said: { session_id: string; content: string; reply_targets?: unknown }) =>
    fetch(`${console.installation.gatewayUrls[0]}/v1/connectors/http/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...said, actor_id: 'ana', idempotency_key: `${said.session_id} ${said.content}` }),
    });
  const stack = starting.move();
  return {
    ...{ console, receiver, telegram },
    async say(session_id, content, to) {
      const reply_targets = to === undefined ? undefined : [{ type: 'http', url: receiver.url + to }];
      const answer = await post('hook', { session_id, content, reply_targets });
      if (!answer.ok) throw new Error(`The gateway answered ${answer.status}: ${await answer.text()}`);
    },
    sayRejected: async (session_id, content) => void (await post('closed', { session_id, content })),
    delivery(path, state) {
      const find = async () => {
        const { items } = (await console.control.call('listDeliveries', { query: { limit: 500 } })).body;
        const own = items.find(({ target }) => target['url'] === receiver.url + path);
        return own?.state === state ? own.delivery_id : undefined;
      };
      return waitFor(find, { what: `a delivery to ${path} that is ${state}`, timeoutMs: 60_000 });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const connectorsFile = (telegram: FakeTelegram) => `
[[http_connectors]]
name = "hook"
bearer_token = "${token}"
allow_payload_reply_targets = true
allow_private_network = true
ingress_events_per_second = 10000

[[http_connectors]]
name = "closed"
bearer_token = "${token}"
session_policy = { create_if_missing = false }

[[telegram_connectors]]
name = "bot"
bot_token = "${telegram.token}"
api_base_url = "${telegram.url}"
ingress_mode = "polling"
polling_timeout_seconds = 1
`;
