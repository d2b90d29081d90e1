import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, EventDelivery, FailureReason } from './delivery.ts';
import { signatureHeaders } from './signing.ts';
import type { FakeApp, World } from './world.ts';

const maxRedirects = 2;

interface Deps {
  world: World;
  app: FakeApp;
  url: string;
  settings: { ackTimeoutMs: number };
  closing: AbortSignal;
}

/**
 * Posts a delivery to the request URL, signed over the bytes that are sent, and fills in the attempt.
 *
 * When time is up the request is left alone, and what comes later is kept as `late`: the app's side of a timeout can be looked at.
 */
export async function postSigned(
  delivery: EventDelivery,
  attempt: Attempt,
  deps: Deps,
): Promise<{ failed?: FailureReason; noRetry?: boolean }> {
  const { world, app } = deps;
  const body = encode(delivery);
  const timestamp = Math.floor(world.now() / 1000);
  attempt.headers = {
    'content-type': delivery.kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    ...signatureHeaders({ secret: app.signing_secret, body, timestamp }),
    ...(attempt.retryNum > 0 && {
      'x-slack-retry-num': String(attempt.retryNum),
      'x-slack-retry-reason': attempt.retryReason ?? 'unknown_error',
    }),
  };
  const answering = post(deps.url, { headers: attempt.headers, body, signal: deps.closing });
  const timer = new AbortController();
  const timeout = sleep(deps.settings.ackTimeoutMs, 'late' as const, { signal: timer.signal }).catch(
    () => 'late' as const,
  );
  const answer = await Promise.race([answering, timeout]);
  timer.abort();
  if (answer === 'late') {
    attempt.failed = 'http_timeout';
    void answering.then((late) => {
      if (!('failed' in late)) attempt.late = { status: late.status, body: late.body, at: world.now() };
    });
    return { failed: 'http_timeout' };
  }
  if ('failed' in answer) {
    attempt.failed = answer.failed;
    return answer;
  }
  attempt.status = answer.status;
  attempt.body = answer.body;
  if (answer.status >= 200 && answer.status < 300) return {};
  attempt.failed = 'http_error';
  return { failed: 'http_error', noRetry: answer.noRetry };
}

function encode(delivery: EventDelivery): string {
  if (delivery.kind === 'events_api') return JSON.stringify(delivery.payload);
  if (delivery.kind === 'interactive')
    return new URLSearchParams({ payload: JSON.stringify(delivery.payload) }).toString();
  const fields = Object.entries(delivery.payload).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(fields).toString();
}

type Answered = { status: number; body: string; noRetry: boolean } | { failed: FailureReason };

async function post(
  url: string,
  request: { headers: Record<string, string>; body: string; signal: AbortSignal },
  redirects = 0,
): Promise<Answered> {
  if (redirects > maxRedirects) return { failed: 'too_many_redirects' };
  try {
    const response = await fetch(url, { ...request, method: 'POST', redirect: 'manual' });
    const body = await response.text();
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location) {
      return await post(new URL(location, url).href, request, redirects + 1);
    }
    return { status: response.status, body, noRetry: response.headers.get('x-slack-no-retry') === '1' };
  } catch {
    return { failed: 'connection_failed' };
  }
}
