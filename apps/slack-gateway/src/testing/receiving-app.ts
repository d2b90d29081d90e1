import { request as httpRequest } from 'node:http';
import { createNames, type Bucket } from '@trunkline/bus';
import type { SlackConnector } from '@trunkline/config';
import {
  createAuthFailures,
  createIngressApp,
  listen,
  noTrustedProxies,
  type EmitOutcome,
  type EmitRequest,
} from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import { receiveEvents, type ReceiveDeps } from '../receive.ts';
import { signed } from './sign.ts';

/** An answer as a client sees it. */
export interface ClientAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** One request; `headers` as a flat list, so that a name can stand there twice. Without a length it goes out in chunks. */
export interface ClientRequest {
  name?: string;
  headers?: string[];
  body?: string | Buffer;
  chunked?: boolean;
}

/** One request to a gateway of this port. */
export function post(port: number, { name = 'support', headers = [], body = '', chunked = false }: ClientRequest) {
  const length = chunked ? ['transfer-encoding', 'chunked'] : ['content-length', String(Buffer.byteLength(body))];
  const all = ['host', 'localhost', ...headers, ...length];
  return new Promise<ClientAnswer>((resolve, reject) => {
    const path = `/v1/connectors/slack/${name}`;
    const sent = httpRequest({ port, path, method: 'POST', headers: all as never, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The receiving side over a real socket, with an emitter that only takes notes and no bot known but from payloads. */
export async function receivingApp(entries: InventoryEntry<SlackConnector>[], more: Partial<ReceiveDeps> = {}) {
  const emitted: EmitRequest[] = [];
  const ledger: { event_id: string; reason: { code: string } }[] = [];
  const errors: object[] = [];
  const logged: object[] = [];
  const buckets = new Map<string, unknown>();
  let outcome: EmitOutcome = { outcome: 'stored' };
  const bucket = {
    create: (key: string, value: unknown) =>
      Promise.resolve(buckets.has(key) ? undefined : (buckets.set(key, value), buckets.size)),
    get: (key: string) => Promise.resolve(buckets.has(key) ? { value: buckets.get(key) } : undefined),
  };
  const deps: ReceiveDeps = {
    connectors: { get: (name) => entries.find((entry) => entry.name === name) },
    failures: createAuthFailures({ now: Date.now, burst: 1000 }),
    trustedProxies: noTrustedProxies,
    now: Date.now,
    assetUrls: { urlOf: () => undefined },
    identities: {
      idsFor: ({ payload }) => {
        const bots = payload.kind === 'event' ? (payload.body.authorizations ?? []).filter((one) => one.is_bot) : [];
        return Promise.resolve({
          users: new Set(bots.flatMap(({ user_id: user }) => user ?? [])),
          bots: new Set<string>(),
        });
      },
    },
    log: { info: (fields) => logged.push(fields), warn: (fields) => logged.push(fields) },
    emit: (request) => {
      emitted.push(request);
      return Promise.resolve(outcome);
    },
    bus: {
      names: createNames('tl'),
      append: (_subject, payload) => {
        ledger.push(JSON.parse(Buffer.from(payload).toString()) as (typeof ledger)[number]);
        return Promise.resolve({ outcome: 'stored', seq: 1 });
      },
      bucket: <T>() => bucket as unknown as Bucket<T>,
    },
    ...more,
  };
  const routes = [{ path: '/v1/connectors/slack/:name', hot: true, methods: { POST: receiveEvents(deps) } }];
  const app = createIngressApp(routes, { log: { error: (fields) => errors.push(fields) } });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    ...{ emitted, ledger, errors, logged, buckets, port: server.port },
    send: (request: ClientRequest) => post(server.port, request),
    /** Posts a signed JSON body. */
    json: (payload: unknown, name = 'support') => {
      const body = JSON.stringify(payload);
      return post(server.port, { name, body, headers: signed(body) });
    },
    /** Posts a signed form. */
    form: (fields: Record<string, string>, name = 'support') => {
      const body = new URLSearchParams(fields).toString();
      return post(server.port, { name, body, headers: signed(body, { type: 'application/x-www-form-urlencoded' }) });
    },
    answerWith: (next: EmitOutcome) => {
      outcome = next;
    },
    [Symbol.asyncDispose]: () => server.close(0),
  };
}
