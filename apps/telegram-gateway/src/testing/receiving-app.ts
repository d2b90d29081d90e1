import { createNames } from '@trunkline/bus';
import type { TelegramConnector } from '@trunkline/config';
import {
  createAuthFailures,
  createIngressApp,
  listen,
  noTrustedProxies,
  type EmitOutcome,
  type EmitRequest,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { receiveUpdates, type ReceiveDeps } from '../receive.ts';

/** The receiving side over a real socket, with an emitter that only takes notes. */
export async function receivingApp(entries: InventoryEntry<TelegramConnector>[], more: Partial<ReceiveDeps> = {}) {
  const emitted: EmitRequest[] = [];
  const ledger: { subject: string; data: Record<string, unknown> }[] = [];
  const logged: object[] = [];
  const errors: object[] = [];
  const pressed: string[] = [];
  let outcome: EmitOutcome = { outcome: 'stored' };
  const deps: ReceiveDeps = {
    connectors: { get: (name) => entries.find((entry) => entry.name === name) },
    failures: createAuthFailures({ now: Date.now, burst: 1000 }),
    trustedProxies: noTrustedProxies,
    now: Date.now,
    assetUrls: { urlOf: () => undefined },
    botNames: { of: ({ bot }) => ({ id: bot?.id, username: 'helper_bot' }) },
    presses: { answer: ({ id }) => void pressed.push(id) },
    chatMoves: { formerIds: () => [], remember: () => Promise.resolve() },
    heldValue: () => Promise.resolve(undefined),
    release: () => Promise.resolve(),
    log: { info: (fields) => logged.push(fields), error: (fields) => errors.push(fields) },
    emit: (request) => {
      emitted.push(request);
      return Promise.resolve(outcome);
    },
    bus: {
      names: createNames('tl'),
      append: (subject, payload) => {
        ledger.push({ subject, data: JSON.parse(Buffer.from(payload).toString()) });
        return Promise.resolve({ outcome: 'stored', seq: 1 });
      },
    },
    ...more,
  };
  const route = { path: '/v1/connectors/telegram/:name', hot: true, methods: { POST: receiveUpdates(deps) } };
  const app = createIngressApp([route], { log: { error: (fields) => errors.push(fields) } });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });

  async function send(
    body: unknown,
    {
      name = 'bot',
      secret = 'right',
      type = 'application/json',
    }: { name?: string; secret?: string; type?: string } = {},
  ) {
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/connectors/telegram/${name}`, {
      method: 'POST',
      headers: { 'content-type': type, 'x-telegram-bot-api-secret-token': secret },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const answer: Record<string, unknown> = JSON.parse((await response.text()) || '{}');
    return { status: response.status, retryAfter: response.headers.get('retry-after'), answer };
  }

  return {
    ...{ emitted, ledger, logged, errors, pressed, send },
    answerWith: (next: EmitOutcome) => {
      outcome = next;
    },
    [Symbol.asyncDispose]: () => server.close(0),
  };
}
