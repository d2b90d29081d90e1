import { z } from 'zod';
import type { GatewayOptions } from './environment.ts';
import { parseJson } from './http-exchange.ts';
import { retryAfterMs } from './retry-delay.ts';

/** What came of a request. `again`: nothing may be assumed done, and the same request may be repeated. */
export type GatewayAnswer =
  | { outcome: 'ok'; document: unknown }
  | { outcome: 'again'; reason: string; afterMs: number | undefined }
  | { outcome: 'refused'; status: number; code: string | undefined; reason: string };

/** One request to the gateway; `path` begins behind the connector's own, with a slash. */
export interface GatewayRequest {
  path: string;
  method?: 'GET' | 'POST';
  body?: string | Uint8Array<ArrayBuffer>;
  contentType?: string;
  /** Shown instead of the shared token. */
  token?: string;
  timeoutMs?: number;
}

export interface GatewayClient {
  request(request: GatewayRequest): Promise<GatewayAnswer>;
  /** Fetches a path of the gateway's host with the shared token; the caller reads the body. Rejects if it does not answer. */
  fetchPath(path: string, timeoutMs: number): Promise<Response>;
}

const repeatable = new Set([408, 425, 429]);
const problem = z.object({ code: z.string().optional(), detail: z.string().optional() });
const longestReason = 300;

/** Speaks to the gateway for one connector. Follows no redirects: the token stays with the gateway. */
export function gatewayClient(gateway: GatewayOptions, now: () => number): GatewayClient {
  const connector = `${gateway.url}/v1/connectors/external/${encodeURIComponent(gateway.connector)}`;

  async function send(request: GatewayRequest): Promise<GatewayAnswer> {
    const { path, method = 'POST', body, contentType = 'application/json', timeoutMs = 30_000 } = request;
    const headers = {
      ...bearer(request.token ?? gateway.token),
      ...(body !== undefined && { 'content-type': contentType }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(connector + path, { method, headers, body: body ?? null, signal, redirect: 'manual' });
    const document = parseJson(await response.text());
    return judge(response, document, now());
  }

  return {
    async request(request) {
      try {
        return await send(request);
      } catch (error) {
        return { outcome: 'again', reason: `The gateway does not answer (${whatFailed(error)}).`, afterMs: undefined };
      }
    },
    fetchPath: (path, timeoutMs) =>
      fetch(gateway.url + path, {
        headers: bearer(gateway.token),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'manual',
      }),
  };
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

function judge(response: Response, document: unknown, nowMs: number): GatewayAnswer {
  const { status } = response;
  if (response.ok && document !== undefined) return { outcome: 'ok', document };
  if (response.ok || status >= 500 || repeatable.has(status)) {
    const afterMs = retryAfterMs(response.headers.get('retry-after'), nowMs);
    return { outcome: 'again', reason: response.ok ? 'The answer is not JSON.' : `HTTP ${status}`, afterMs };
  }
  const { code, detail } = problem.safeParse(document).data ?? {};
  const reason = ['HTTP', status, code, detail].filter((part) => part !== undefined).join(' ');
  return { outcome: 'refused', status, code, reason: reason.slice(0, longestReason) };
}

/** The system's word for it (ECONNREFUSED), which is in the cause of what fetch throws. */
function whatFailed(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name;
}
