import { networkPolicy, type GuardedFetch } from '@trunkline/gateway-kit';
import type { Secret } from '@trunkline/secrets';
import { z } from 'zod';
import { maybe } from './slack-payload.ts';

/** One call of the receiving side to the Web API. */
export interface SlackCall {
  baseUrl: string;
  method: string;
  token: Secret;
  form?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** What Slack answered, or why there is no answer; `unreachable` and `ratelimited` are ours for what is not Slack's word. */
export type SlackAnswer = { ok: true; body: object } | { ok: false; error: string; retryAfterMs?: number };

const answer = z.looseObject({ ok: z.boolean(), error: maybe(z.string().regex(/^[a-z_]{1,80}$/)) });

/** Makes one call: no retries, they are the caller's. Nothing of the token is in what it returns. */
export async function callSlack(call: SlackCall, fetch: GuardedFetch): Promise<SlackAnswer> {
  const outcome = await fetch({
    url: `${call.baseUrl.replace(/\/+$/, '')}/${call.method}`,
    policy: policyFor(call.baseUrl),
    method: 'POST',
    headers: {
      authorization: `Bearer ${call.token.expose()}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams(call.form).toString(),
    timeoutMs: 10_000,
    maxResponseBytes: 1024 * 1024,
    ...(call.signal && { signal: call.signal }),
  });
  if (outcome.kind !== 'response') return { ok: false, error: 'unreachable' };
  if (outcome.status === 429) {
    const seconds = Number(outcome.headers['retry-after']);
    return { ok: false, error: 'ratelimited', retryAfterMs: (seconds > 0 && seconds < 3_600 ? seconds : 30) * 1000 };
  }
  const read = answer.safeParse(parsed(outcome.body));
  if (!read.success) return { ok: false, error: 'unreachable' };
  return read.data.ok ? { ok: true, body: read.data } : { ok: false, error: read.data.error ?? 'unknown_error' };
}

/** Slack itself is public; another API is where the operator says, which may be this machine. */
export const policyFor = (baseUrl: string) => networkPolicy({ allowPrivate: !isSlackHost(new URL(baseUrl).hostname) });

const isSlackHost = (host: string) => /(^|\.)slack(-gov)?\.com$/.test(host);

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
