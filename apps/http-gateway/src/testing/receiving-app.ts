import { request as httpRequest } from 'node:http';
import { createNames } from '@trunkline/bus';
import type { HttpConnector } from '@trunkline/config';
import {
  createAuthFailures,
  createIngressApp,
  listen,
  noTrustedProxies,
  type EmitOutcome,
  type EmitRequest,
  type ObjectToStore,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { answerOptions, receiveEvents, type ReceiveDeps } from '../receive.ts';

/** An answer as a client sees it. */
export interface ClientAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json(): Record<string, unknown>;
}

/** One request; `headers` as a flat list, so that a name can stand there twice. */
export interface ClientRequest {
  path?: string;
  method?: string;
  headers?: string[];
  body?: string | Buffer;
}

/** The receiving side over a real socket, with an emitter that only takes notes. */
export async function receivingApp(entries: InventoryEntry<HttpConnector>[], more: Partial<ReceiveDeps> = {}) {
  const emitted: { request: EmitRequest; objects: readonly ObjectToStore[] }[] = [];
  const ledger: unknown[] = [];
  const logged: object[] = [];
  const errors: object[] = [];
  let outcome: EmitOutcome = { outcome: 'stored' };
  const deps: ReceiveDeps = {
    connectors: { get: (name) => entries.find((entry) => entry.name === name) },
    failures: createAuthFailures({ now: Date.now, burst: 1000 }),
    trustedProxies: noTrustedProxies,
    now: Date.now,
    random: Math.random,
    marks: { trial: { isOn: () => false }, simulation: { isOn: () => false } },
    assetUrls: { urlOf: () => undefined },
    log: { info: (fields) => logged.push(fields) },
    emit: (request, objects) => {
      emitted.push({ request, objects });
      return Promise.resolve(outcome);
    },
    bus: {
      names: createNames('tl'),
      append: (subject, payload) => {
        ledger.push([subject, JSON.parse(Buffer.from(payload).toString())]);
        return Promise.resolve({ outcome: 'stored', seq: 1 });
      },
    },
    ...more,
  };
  const routes = [
    {
      path: '/v1/connectors/http/:name',
      hot: true,
      methods: { POST: receiveEvents(deps), OPTIONS: answerOptions(deps) },
    },
  ];
  const app = createIngressApp(routes, { log: { error: (fields) => errors.push(fields) } });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });

  function send({
    path = '/v1/connectors/http/hook',
    method = 'POST',
    headers = [],
    body = '',
  }: ClientRequest): Promise<ClientAnswer> {
    return new Promise((resolve, reject) => {
      const length = ['content-length', String(Buffer.byteLength(body))];
      const sent = httpRequest(
        {
          port: server.port,
          path,
          method,
          headers: ['host', 'localhost', ...headers, ...length] as never,
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: () => JSON.parse(text) as Record<string, unknown>,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return {
    ...{ emitted, ledger, logged, errors, send, port: server.port },
    answerWith: (next: EmitOutcome) => {
      outcome = next;
    },
    [Symbol.asyncDispose]: () => server.close(0),
  };
}
