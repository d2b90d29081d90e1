import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';
import { AddressRefusedError } from './guarded-agent.ts';
import type { OutgoingRequest } from './guarded-fetch.ts';

/** What came of a call that was tried. */
export type CallOutcome =
  /** `truncated`: the answer was longer than allowed, `body` is its beginning. */
  | { kind: 'response'; status: number; headers: IncomingHttpHeaders; body: Buffer; truncated: boolean }
  | { kind: 'refused'; reason: 'address_not_allowed' | 'request_invalid' }
  /** `status` when the answer had begun. */
  | { kind: 'network_error'; code: string; sent: boolean; status?: number }
  | { kind: 'timeout'; sent: boolean; status?: number };

type Call = Omit<OutgoingRequest, 'url' | 'policy'> & { url: URL };

/** Makes one call: one request, no redirect, no retry, within its time and size. */
export function callOnce(call: Call, agent: Agent): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const progress = trackAnswer(call.maxResponseBytes ?? 64 * 1024, (outcome) => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    });
    const timer = setTimeout(progress.giveUp, call.timeoutMs ?? 15_000, 'timeout');
    const onAbort = () => progress.giveUp('aborted');
    call.signal?.addEventListener('abort', onAbort);
    try {
      agent.dispatch(dispatchOptions(call), progress.handler);
    } catch {
      // Only what undici finds wrong with the request itself is thrown here: a header's value, for example.
      progress.refuse();
    }
  });
}

function dispatchOptions({ url, method = 'POST', headers = {}, body }: Call): Dispatcher.DispatchOptions {
  const path = url.pathname + url.search;
  // The timer of the whole call is the only one.
  return {
    origin: url.origin,
    path,
    method,
    headers: { ...headers },
    body: body ?? null,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

/** The state of one call: settles once, whatever comes first. */
function trackAnswer(limit: number, settle: (outcome: CallOutcome) => void) {
  let settled = false;
  let controller: Dispatcher.DispatchController | undefined;
  let answer: { status: number; headers: IncomingHttpHeaders } | undefined;
  const chunks: Buffer[] = [];
  let size = 0;

  function finish(outcome: CallOutcome): void {
    if (settled) return;
    settled = true;
    settle(outcome);
    if (controller && !controller.aborted) controller.abort(callOver);
  }
  const respond = (truncated: boolean) => {
    if (!answer) return;
    finish({ kind: 'response', ...answer, body: Buffer.concat(chunks).subarray(0, limit), truncated });
  };
  /** How far it got, for an outcome without an answer. */
  const reached = () => ({ sent: controller !== undefined, ...(answer && { status: answer.status }) });

  const handler: Dispatcher.DispatchHandler = {
    // undici calls this right before it writes the request to a connection.
    onRequestStart(started) {
      if (settled) return started.abort(callOver);
      controller = started;
    },
    onResponseStart(_controller, status, headers) {
      // An interim answer (103) may come before the real one.
      if (status >= 200) answer = { status, headers };
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) respond(true);
    },
    onResponseEnd() {
      controller = undefined;
      respond(false);
    },
    onResponseError(_controller, error) {
      finish(failureOf(error) ?? { kind: 'network_error', code: codeOf(error), ...reached() });
    },
  };
  return {
    handler,
    refuse: () => finish({ kind: 'refused', reason: 'request_invalid' }),
    giveUp: (why: 'timeout' | 'aborted') =>
      finish(
        why === 'timeout'
          ? { kind: 'timeout', ...reached() }
          : { kind: 'network_error', code: 'ABORTED', ...reached() },
      ),
  };
}

const callOver = new Error('The call is over.');

function failureOf(error: NodeJS.ErrnoException): CallOutcome | undefined {
  if (error instanceof AddressRefusedError) return { kind: 'refused', reason: 'address_not_allowed' };
  if (error.code === 'UND_ERR_INVALID_ARG') return { kind: 'refused', reason: 'request_invalid' };
  return undefined;
}

const codeOf = (error: NodeJS.ErrnoException) => error.code ?? error.name;
