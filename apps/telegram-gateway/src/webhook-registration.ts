import { setTimeout as sleep } from 'node:timers/promises';
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

const infoSchema = z.object({
  url: z.string(),
  pending_update_count: z.number().catch(0),
  last_error_date: z.number().optional().catch(undefined),
  last_error_message: z.string().optional().catch(undefined),
  allowed_updates: z.array(z.string()).optional().catch(undefined),
});
type WebhookInfo = z.infer<typeof infoSchema>;

/**
 * Registers a webhook and keeps it registered, until the signal ends it.
 *
 * Telegram does not tell which secret it has, so the webhook is set once at the beginning whatever is there: the same again
 * changes nothing. What waits for the bot is never dropped.
 */
export async function keepWebhook(wanted: WantedWebhook, deps: WebhookDeps): Promise<void> {
  const { signal, stillOwner, random, everyMs = 60_000 } = deps;
  let state: WebhookState = { repaired: 0 };
  let isSet = false;
  while (!signal.aborted && stillOwner()) {
    const looked = await look(wanted, { isSet, state }, deps);
    ({ isSet, state } = looked);
    deps.report(state);
    const pauseMs = looked.retryAfterMs ?? everyMs * (0.9 + 0.2 * random());
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

interface Looked {
  isSet: boolean;
  state: WebhookState;
  retryAfterMs?: number;
}

async function look(wanted: WantedWebhook, before: Looked, deps: WebhookDeps): Promise<Looked> {
  const { api, log, signal } = deps;
  const info = await api.call('getWebhookInfo', {}, { result: infoSchema, signal });
  if (!info.ok) return failed(info, before, deps);
  const isRight = isAsWanted(info.result, wanted);
  if (before.isSet && isRight) return { isSet: true, state: stateOf(info.result, before.state.repaired) };
  if (!deps.stillOwner()) return before;
  const { url, secretToken, allowedUpdates } = wanted;
  const payload = {
    url,
    allowed_updates: allowedUpdates,
    ...(secretToken !== undefined && { secret_token: secretToken }),
  };
  const set = await api.call('setWebhook', payload, { result: z.unknown(), signal });
  if (!set.ok) return failed(set, before, deps);
  if (!before.isSet) log.info({}, 'webhook.set');
  else log.warn({ was_deleted: info.result.url === '' }, 'webhook.repaired');
  return { isSet: true, state: stateOf(info.result, before.state.repaired + (before.isSet ? 1 : 0)) };
}

function failed(failure: BotFailure, before: Looked, { log, everyMs = 60_000 }: WebhookDeps): Looked {
  const reason = failure.kind === 'api' ? `telegram_${failure.code}` : failure.reason;
  log.warn({ reason }, 'webhook.not-checked');
  const asked = failure.kind === 'api' ? failure.parameters.retry_after : undefined;
  const problem = `Telegram does not let the webhook be registered or checked (${reason}).`;
  const retryAfterMs = asked === undefined ? everyMs / 4 : asked * 1000;
  return { ...before, state: { ...before.state, problem }, retryAfterMs };
}

function isAsWanted(info: WebhookInfo, { url, allowedUpdates }: WantedWebhook): boolean {
  const [has, wants] = [new Set(info.allowed_updates), new Set(allowedUpdates)];
  return info.url === url && has.size === wants.size && [...wants].every((kind) => has.has(kind));
}

function stateOf(info: WebhookInfo, repaired: number): WebhookState {
  const { last_error_date: at, last_error_message: message, pending_update_count } = info;
  return {
    repaired,
    pending_update_count,
    ...(message !== undefined && { last_error_message: message }),
    ...(at !== undefined && { last_error_at: new Date(at * 1000).toISOString() }),
  };
}
