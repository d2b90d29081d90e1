import { randomUUID } from 'node:crypto';
import { parseJson } from '../http-exchange.ts';
import { deliveryHeaders, runtimeVersion } from '../protocol.ts';
import { deliveryAnswerSchema, type DeliveryAnswer, type DeliveryRequest } from '../runtime-contract.ts';

/** What a sidecar answered, or why there is no answer. */
export type Called =
  | { answered: true; status: number; document: unknown; bytes: number; ms: number }
  | { answered: false; reason: string };

export interface CallOptions {
  method?: 'GET' | 'POST';
  body?: string;
  headers?: Record<string, string>;
  /** Another Authorization header than the right one; null for none. */
  authorization?: string | null;
}

/** Calls a sidecar as a gateway does. */
export interface SidecarClient {
  call(path: string, options?: CallOptions): Promise<Called>;
  deliver(delivery: DeliveryRequest & Record<string, unknown>): Promise<Called>;
}

/** Waits `timeoutMs` for an answer and follows no redirects. */
export function sidecarClient(
  url: string,
  { token, timeoutMs }: { token: string | undefined; timeoutMs: number },
): SidecarClient {
  const base = url.replace(/\/+$/, '');
  const right = token === undefined ? null : `Bearer ${token}`;

  async function call(path: string, options: CallOptions = {}): Promise<Called> {
    const { method = 'GET', body = null, headers, authorization = right } = options;
    const since = performance.now();
    try {
      const response = await fetch(base + path, {
        method,
        body,
        headers: { ...headers, ...(authorization !== null && { authorization }) },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      const ms = Math.round(performance.now() - since);
      return { answered: true, status: response.status, document: parseJson(text), bytes: Buffer.byteLength(text), ms };
    } catch (error) {
      return {
        answered: false,
        reason:
          error instanceof Error && error.name === 'TimeoutError'
            ? `no answer in ${timeoutMs} ms`
            : 'the connection failed',
      };
    }
  }

  return {
    call,
    deliver: (delivery) =>
      call('/deliver', { method: 'POST', body: JSON.stringify(delivery), headers: headersOf(delivery.delivery_id) }),
  };
}

/** The headers of a delivery, besides the token. */
export const headersOf = (deliveryId: string, version: number = runtimeVersion): Record<string, string> => ({
  'content-type': 'application/json',
  [deliveryHeaders.idempotencyKey]: deliveryId,
  [deliveryHeaders.version]: String(version),
});

/** A delivery of a line of text that names the check it is for. */
export function newDelivery(about: string, route: string): DeliveryRequest {
  return {
    protocol_version: runtimeVersion,
    delivery_id: `conformance-${randomUUID()}`,
    attempt: 1,
    reply_route: route,
    conversation: { session_id: 'conformance', thread_id: null },
    content: `Trunkline conformance check: ${about}`,
    metadata: {},
  };
}

/** The outcome that a gateway takes from an answer; undefined if the body says none. */
export function outcomeOf(called: Called): DeliveryAnswer['status'] | undefined {
  return called.answered ? deliveryAnswerSchema.safeParse(called.document).data?.status : undefined;
}

/** An answer in a few words, for a report. Shows no detail: it is the sidecar's. */
export function shown(called: Called): string {
  if (!called.answered) return called.reason;
  const status = outcomeOf(called);
  return `HTTP ${called.status}${status ? ` ${status}` : called.document === undefined ? ', not JSON' : ''}`;
}
