import { createNames, type ObjectFacts } from '@trunkline/bus';
import {
  createAuthFailures,
  createIngressApp,
  listen,
  noTrustedProxies,
  type EmitOutcome,
  type EmitRequest,
} from '@trunkline/gateway-kit';
import type { ExternalConnectors } from '../access.ts';
import { receiveEvents, type ReceiveDeps } from '../receive.ts';
import { uploadAsset } from '../upload-asset.ts';

type Json = Record<string, unknown>;

/** The receiving side over a real socket, with an emitter that only takes notes. */
export async function receivingApp(entries: ReturnType<ExternalConnectors['get']>[], more: Partial<ReceiveDeps> = {}) {
  const emitted: EmitRequest[] = [];
  const ledger: Json[] = [];
  const uploaded: { name: string; bytes: number; mediaType?: string; fileName?: string }[] = [];
  const answers: EmitOutcome[] = [];
  const facts = new Map<string, ObjectFacts>();
  const assets = {
    put: (name: string, { bytes, ...said }: { bytes: Uint8Array; mediaType?: string; fileName?: string }) => {
      uploaded.push({ name, bytes: bytes.length, ...said });
      facts.set(name, { byteLength: bytes.length, ...said });
      return Promise.resolve();
    },
    get: () => Promise.resolve(undefined),
  };
  const emit = (request: EmitRequest): Promise<EmitOutcome> => {
    emitted.push(request);
    return Promise.resolve(answers.shift() ?? { outcome: 'stored' });
  };
  const deps: ReceiveDeps & { bus: ReceiveDeps['bus'] & { objects: () => typeof assets } } = {
    connectors: { get: (name) => entries.find((entry) => entry?.name === name) },
    failures: createAuthFailures({ now: Date.now, burst: 1000 }),
    trustedProxies: noTrustedProxies,
    now: Date.now,
    instanceOf: () => Promise.resolve('i-1'),
    assetUrls: { urlOf: () => undefined },
    log: { info: () => {} },
    emit,
    emitAll: (requests) => Promise.all(requests.map(emit)),
    ...more,
    bus: {
      names: createNames('tl'),
      append: (_subject, payload) => {
        ledger.push(JSON.parse(Buffer.from(payload).toString()) as Json);
        return Promise.resolve({ outcome: 'stored', seq: 1 });
      },
      objects: () => assets,
      objectFacts: (_store, name) => Promise.resolve(facts.get(name)),
    },
  };
  const base = '/v1/connectors/external/:name';
  const routes = [
    { path: `${base}/events`, hot: true, methods: { POST: receiveEvents('single', deps) } },
    { path: `${base}/events/batch`, hot: true, methods: { POST: receiveEvents('batch', deps) } },
    { path: `${base}/assets`, methods: { POST: uploadAsset(deps) } },
  ];
  const server = await listen(createIngressApp(routes, { log: { error: (fields) => console.error(fields) } }), {
    host: '127.0.0.1',
    port: 0,
  });

  async function send(path: string, body: object | string | Buffer, headers: Record<string, string> = {}) {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/connectors/external/side/${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer right-token', 'content-type': 'application/json', ...headers },
      body: typeof sent === 'string' ? sent : new Uint8Array(sent),
    });
    const type = response.headers.get('content-type');
    return { status: response.status, type, headers: response.headers, json: (await response.json()) as Json };
  }

  return {
    ...{ emitted, ledger, uploaded, send },
    /** What the emitter answers next, in this order; `stored` after that. */
    answerWith: (...outcomes: EmitOutcome[]) => void answers.push(...outcomes),
    [Symbol.asyncDispose]: () => server.close(0),
  };
}
