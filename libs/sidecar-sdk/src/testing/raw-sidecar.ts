import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson, readBody, sendJson } from '../http-exchange.ts';
import { deliverySchema, type Delivery, type DeliveryAnswer } from '../runtime-contract.ts';

export interface RawSidecarOptions {
  gatewayUrl: string;
  connector: string;
  token: string;
  credentialToken: string;
  port?: number;
  /** Id of the check whose rule it breaks; none: it keeps them all. */
  broken?: string | undefined;
  /** Whether its first delivery makes an event. */
  submits?: boolean;
}

/** A sidecar without the SDK, as somebody else would write it, that can break each rule of the protocol. */
export async function startRawSidecar(options: RawSidecarOptions) {
  const sidecar = rawSidecar(options);
  sidecar.server.listen(options.port ?? 0, '127.0.0.1');
  await once(sidecar.server, 'listening');
  const address = sidecar.server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    ...sidecar,
    url,
    async [Symbol.asyncDispose]() {
      sidecar.server.closeAllConnections();
      await new Promise((resolve) => sidecar.server.close(resolve));
    },
  };
}

function rawSidecar(options: RawSidecarOptions) {
  const { token, broken, gatewayUrl, connector } = options;
  const is = (id: string) => broken === id;
  const base = `${gatewayUrl}/v1/connectors/external/${connector}`;
  const answers = new Map<string, Promise<DeliveryAnswer>>();
  let started = 0;
  let asked = 0;
  let draining = false;
  let submitted = false;

  const instance = () => (is('instance') ? `raw-${asked++}` : 'raw-1');
  const shown = (right: string, id: string) => `Bearer ${is(id) ? 'another' : right}`;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!allows(req.headers.authorization)) return sendJson(res, 401, {});
    if (req.url === '/manifest') return sendJson(res, 200, manifest());
    if (req.url === '/health') return sendJson(res, 200, health());
    const delivery = parseJson((await readBody(req, 2 ** 21)) ?? '');
    if (delivery === undefined && is('deliver-invalid-json')) return sendJson(res, 200, { status: 'retryable_error' });
    const parsed = deliverySchema.safeParse(delivery);
    const strict = is('deliver-unknown-fields') && 'conformance_unknown' in Object(delivery);
    const anyVersion = is('deliver-version') && deliverySchema.safeParse({ ...Object(delivery), protocol_version: 1 });
    const read = anyVersion || parsed;
    if (!read.success || strict) return sendJson(res, 400, { status: 'terminal_error' });
    await answer(res, read.data);
  }

  function allows(authorization: string | undefined): boolean {
    if (authorization === undefined) return is('auth-missing');
    return authorization === `Bearer ${token}` || (is('auth-wrong') && `Bearer ${token}`.startsWith(authorization));
  }

  const manifest = () => ({
    protocol_version: is('manifest') ? '1' : 1,
    instance_id: instance(),
    capabilities: { attachments_out: true },
  });

  function health(): object {
    const status =
      draining && !is('drain-health') ? 'draining' : is('ready') ? 'starting' : is('health') ? 'fine' : 'ready';
    return { protocol_version: 1, instance_id: instance(), status, detail: null };
  }

  async function answer(res: ServerResponse, delivery: Delivery): Promise<void> {
    started += 1;
    if (is('deliver-in-time') && started === 2) await sleep(1_300);
    if (is('deliver-parts') && delivery.parts.length > 0) return sendJson(res, 200, { status: 'terminal_error' });
    const known = answers.get(delivery.delivery_id);
    if (known && is('deliver-again') && started > 2) return sendJson(res, 200, { status: 'terminal_error' });
    const fresh = known === undefined || is('deliver-at-once');
    const under = fresh ? say(delivery) : known;
    answers.set(delivery.delivery_id, under);
    if (is('drain-delivery') && draining) return void res.destroy();
    const { status } = await under;
    if (is('drain-delivery') && draining) return void res.destroy();
    if (is('deliver-answer')) return sendJson(res, 200, { status: 'done' });
    const detail = is('deliver-size') ? 'x'.repeat(70_000) : undefined;
    sendJson(res, 200, { status, detail });
  }

  async function say(delivery: Delivery): Promise<DeliveryAnswer> {
    for (const part of delivery.parts) {
      if (part.type === 'text' || is('attachment-fetched')) continue;
      const headers = { authorization: shown(token, 'attachment-token') };
      const response = await fetch(gatewayUrl + part.attachment.download_path, { headers });
      await response.arrayBuffer();
      const carelessly = is('attachment-unavailable') || is('attachment-token');
      if (!response.ok && !carelessly) return { status: 'retryable_error' };
    }
    if (options.submits && !submitted) {
      submitted = true;
      void submit().catch(() => {});
    }
    return { status: 'committed' };
  }

  async function submit(): Promise<void> {
    const credential = `Bearer ${is('credential-token') ? token : options.credentialToken}`;
    await fetch(`${base}/credentials/PLATFORM_TOKEN`, { headers: { authorization: credential } });
    if (is('event-batch')) return post(Array.from({ length: 65 }, (_, index) => event(`raw-event-${index}`)));
    await post([event('raw-event-1')]);
    await post([event('raw-event-2'), event('raw-event-3')]);
  }

  const event = (event_id: string) => ({
    instance_id: is('event-instance') ? 'someone else' : 'raw-1',
    event_id,
    content: is('event-shape') ? 7 : 'hello',
    thread: { path: ['a', 'b'] },
    fingerprint: null,
  });

  async function post(events: ReturnType<typeof event>[]): Promise<void> {
    const [first] = events;
    const alone = events.length === 1;
    for (;;) {
      const response = await fetch(`${base}/events${alone ? '' : '/batch'}`, {
        method: 'POST',
        body: JSON.stringify(alone ? { ...first, protocol_version: 2 } : { events, protocol_version: 2 }),
        headers: { authorization: shown(token, 'event-token') },
      });
      const again = response.status === 429 ? !is('retry-limited') : response.status >= 500 && !is('retry-unavailable');
      if (!again) return;
      await sleep(response.status === 429 ? Number(response.headers.get('retry-after')) * 1_000 : 20);
    }
  }

  const server: Server = createServer((req, res) => void serve(req, res).catch(() => res.destroy()));

  return {
    server,
    /** Does what SIGTERM asks for; resolves when nothing is under way. */
    async drain() {
      draining = true;
      await Promise.allSettled(answers.values());
      await sleep(100);
    },
  };
}
