import { Api, GrammyError, HttpError, InputFile } from 'grammy';
import type { ApiMethods, Opts } from 'grammy/types';
import { z } from 'zod';

/** Names of Bot API methods. */
export type BotMethod = keyof ApiMethods;

/** The parameters of a method, as Telegram documents them; `{}` for a method without any. Kinds of update may be newer than grammY. */
export type BotPayload<M extends BotMethod> = 'allowed_updates' extends keyof Opts<M>
  ? Omit<Opts<M>, 'allowed_updates'> & { allowed_updates?: readonly string[] }
  : Opts<M>;

/** A file on its way to Telegram; goes where a payload takes a file. It can be sent once: make a new one for a new call. */
export type BotFile = InputFile;

/** What Telegram adds to some errors: how many seconds to wait, and where a group went. */
export interface ResponseParameters {
  retry_after?: number | undefined;
  migrate_to_chat_id?: number | undefined;
}

/**
 * What became of a call. `api`: Telegram refused it, in its words (`description` may quote the text that was sent: not for logs).
 * `network`: no answer that can be read; `sent: 'no'` only where Telegram certainly never saw the call. `reason` is a short
 * code that is safe to log: `timeout`, `aborted`, `unreadable`, `unexpected_result`, or the system's (`ECONNREFUSED`).
 */
export type BotAnswer<T> = { ok: true; result: T } | BotFailure;

/** A call that did not give a result. */
export type BotFailure =
  | { ok: false; kind: 'api'; code: number; description: string; parameters: ResponseParameters }
  | { ok: false; kind: 'network'; sent: 'no' | 'maybe'; reason: string };

/** What a call needs beside its payload. `timeoutMs` replaces the client's own (long polls). */
export interface CallOptions<T> {
  result: z.ZodType<T>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/** One bot at one Bot API server. */
export interface BotApi {
  /** Calls a method once, never again by itself, and never throws. A result that does not fit the schema is a `network` failure. */
  call<M extends BotMethod, T>(method: M, payload: BotPayload<M>, options: CallOptions<T>): Promise<BotAnswer<T>>;
}

/** How to reach a bot. */
export interface BotApiOptions {
  token: string;
  /** With or without a slash at its end. */
  apiBaseUrl: string;
  timeoutMs: number;
  /** Called when Telegram did what it was asked: the token works. */
  onDone?: () => void;
}

/** A client without retries, plugins or throttling: those who call decide. Nothing that it returns contains the token or the URL. */
export function createBotApi({ token, apiBaseUrl, timeoutMs, onDone }: BotApiOptions): BotApi {
  const api = new Api(token, {
    apiRoot: apiBaseUrl.replace(/\/+$/, ''),
    // A redirect would carry the token, which is in the URL, to another host.
    baseFetchConfig: { redirect: 'error' },
  });
  return {
    async call(method, payload, { result, signal, timeoutMs: thisTimeoutMs = timeoutMs }) {
      if (signal?.aborted) return failed('no', 'aborted');
      const timeout = AbortSignal.timeout(Math.ceil(thisTimeoutMs));
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        const parsed = result.safeParse(await send(api, { method, payload, signal: either }));
        onDone?.();
        return parsed.success ? { ok: true, result: parsed.data } : failed('maybe', 'unexpected_result');
      } catch (error) {
        if (error instanceof GrammyError) return refusal(error);
        if (signal?.aborted) return failed('maybe', 'aborted');
        if (timeout.aborted) return failed('maybe', 'timeout');
        return unreached(error);
      }
    },
  };
}

/** Bytes to upload under a name. */
export function botFile(bytes: Uint8Array, fileName: string): BotFile {
  return new InputFile(bytes, fileName);
}

/** The id of the bot that a token belongs to; undefined where the text is not a Telegram token. */
export function botIdOf(token: string): string | undefined {
  return /^(\d{1,20}):/.exec(token)?.[1];
}

/** grammY calls these with the signal alone. */
const withoutPayload = new Set<BotMethod>(['getMe', 'getWebhookInfo', 'logOut', 'close', 'getMyStarBalance']);

function send(api: Api, call: { method: BotMethod; payload: object; signal: AbortSignal }): Promise<unknown> {
  const { method, payload, signal } = call;
  const methods: object = api.raw;
  // The union of all methods' signatures cannot be called; `BotApi.call` has checked the payload against its own method.
  const request: (...args: unknown[]) => Promise<unknown> = Reflect.get(methods, method);
  return withoutPayload.has(method) ? request(signal) : request(payload, signal);
}

const failed = (sent: 'no' | 'maybe', reason: string): BotFailure => ({ ok: false, kind: 'network', sent, reason });

const refusalSchema = z.object({
  error_code: z.int(),
  description: z.string().catch(''),
  parameters: z
    .object({
      retry_after: z.number().optional().catch(undefined),
      migrate_to_chat_id: z.int().optional().catch(undefined),
    })
    .catch({}),
});

function refusal({ error_code, description, parameters }: GrammyError): BotFailure {
  const parsed = refusalSchema.safeParse({ error_code, description, parameters });
  if (!parsed.success) return failed('maybe', 'unreadable');
  const { error_code: code, ...rest } = parsed.data;
  return { ok: false, kind: 'api', code, ...rest };
}

/** Failures before a connection stands: nothing can have been sent. */
const beforeConnection =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/;

function unreached(error: unknown): BotFailure {
  const cause: unknown = error instanceof HttpError ? error.error : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (!/^[A-Z][A-Z0-9_]+$/.test(code)) return failed('maybe', 'unreadable');
  return failed(beforeConnection.test(code) ? 'no' : 'maybe', code);
}
