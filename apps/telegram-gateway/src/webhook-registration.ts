import { setTimeout as sleep } from 'node:timers/promises';
import type { TelegramConnector } from '@trunkline/config';
import { z } from 'zod';
import type { BotApi, BotFailure } from './bot-api.ts';

/** The webhook that a connector wants. */
export interface WantedWebhook {
  url: string;
  secretToken: string | undefined;
  allowedUpdates: readonly string[];
}

/** What Telegram says of the webhook, for operators. */
export interface WebhookState {
  problem?: string | undefined;
  pending_update_count?: number;
  last_error_message?: string | undefined;
  last_error_at?: string | undefined;
  repaired: number;
}

export interface WebhookDeps {
  api: BotApi;
  /** Asked before each call: one replica looks after a bot. */
  stillOwner: () => boolean;
  /** Aborted when somebody else looks after it, or the connector changed. */
  signal: AbortSignal;
  report: (state: WebhookState) => void;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  random: () => number;
  /** How often it is looked at. Default a minute. */
  everyMs?: number;
}

/** What Telegram says of the webhook of a bot. */
export const webhookInfoSchema = z.object({
  url: z.string(),
  pending_update_count: z.number().catch(0),
  last_error_date: z.number().optional().catch(undefined),
  last_error_message: z.string().optional().catch(undefined),
  allowed_updates: z.array(z.string()).optional().catch(undefined),
});
export type WebhookInfo = z.infer<typeof webhookInfoSchema>;

/** Where Telegram is to post for a connector; `undefined` where somebody else sees to that. */
export function webhookUrl({
  name,
  public_url: base,
}: Pick<TelegramConnector, 'name' | 'public_url'>): string | undefined {
  return base === undefined ? undefined : `${base}/v1/connectors/telegram/${encodeURIComponent(name)}`;
}

/**
 * Registers a webhook and keeps it registered, until the signal ends it.
 *
 * Telegram does not tell which secret it has, so the webhook is set once at the beginning whatever is there: the same again
 * changes nothing. What waits for the bot is never dropped.
 */
export async function keepWebhook(wanted: WantedWebhook, deps: WebhookDeps): Promise<void> {
  const { signal, stillOwner, random, everyMs = 60_000 } = deps;
  let looked: Looked = { state: { repaired: 0 } };
  while (!signal.aborted && stillOwner()) {
    const { retryAfterMs: _over, ...known } = looked;
    looked = await look(wanted, known, deps);
    deps.report(looked.state);
    const pauseMs = looked.retryAfterMs ?? everyMs * (0.9 + 0.2 * random());
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

interface Looked {
  /** The kinds of update that Telegram took when we set the webhook: it leaves out what it does not know. */
  taken?: readonly string[];
  state: WebhookState;
  retryAfterMs?: number;
}

async function look(wanted: WantedWebhook, before: Looked, deps: WebhookDeps): Promise<Looked> {
  const info = await askInfo(deps);
  if (!info.ok) return failed(info, before, deps);
  const { taken, state } = before;
  if (taken !== undefined && info.result.url === wanted.url && sameKinds(info.result.allowed_updates, taken)) {
    return { taken, state: stateOf(info.result, state.repaired) };
  }
  if (!deps.stillOwner()) return before;
  const set = await register(wanted, deps);
  if (!set.ok) return failed(set, before, deps);
  const after = await askInfo(deps);
  const now = after.ok ? after.result : info.result;
  if (taken === undefined) deps.log.info({}, 'webhook.set');
  else deps.log.warn({ was_deleted: info.result.url === '' }, 'webhook.repaired');
  const repaired = state.repaired + (taken === undefined ? 0 : 1);
  return { taken: after.ok ? (now.allowed_updates ?? []) : wanted.allowedUpdates, state: stateOf(now, repaired) };
}

const askInfo = ({ api, signal }: WebhookDeps) => api.call('getWebhookInfo', {}, { result: webhookInfoSchema, signal });

function register({ url, secretToken, allowedUpdates }: WantedWebhook, { api, signal }: WebhookDeps) {
  const secret = secretToken === undefined ? {} : { secret_token: secretToken };
  return api.call('setWebhook', { url, allowed_updates: allowedUpdates, ...secret }, { result: z.unknown(), signal });
}

function failed(failure: BotFailure, before: Looked, { log, everyMs = 60_000 }: WebhookDeps): Looked {
  const reason = failure.kind === 'api' ? `telegram_${failure.code}` : failure.reason;
  log.warn({ reason }, 'webhook.not-checked');
  const asked = failure.kind === 'api' ? failure.parameters.retry_after : undefined;
  const problem = `Telegram does not let the webhook be registered or checked (${reason}).`;
  const retryAfterMs = asked === undefined ? everyMs / 4 : asked * 1000;
  return { ...before, state: { ...before.state, problem }, retryAfterMs };
}

const sameKinds = (has: readonly string[] = [], wants: readonly string[]) =>
  has.length === wants.length && new Set([...has, ...wants]).size === has.length;

function stateOf(info: WebhookInfo, repaired: number): WebhookState {
  const { last_error_date: at, last_error_message: message, pending_update_count } = info;
  return {
    repaired,
    pending_update_count,
    ...(message !== undefined && { last_error_message: message }),
    ...(at !== undefined && { last_error_at: new Date(at * 1000).toISOString() }),
  };
}
