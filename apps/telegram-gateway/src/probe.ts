import type { TelegramConnector } from '@trunkline/config';
import type { Check, Found, Probe } from '@trunkline/gateway-kit';
import { z } from 'zod';
import type { BotAnswer, BotFailure } from './bot-api.ts';
import { preparedConnector, type ConnectedBot } from './prepared-connector.ts';
import { webhookInfoSchema, webhookUrl, type WebhookInfo } from './webhook-registration.ts';

/** Tries a Telegram connector: `getMe`, and what `getWebhookInfo` says against what the connector wants. Changes nothing there. */
export function telegramProbe({ now }: { now: () => number }): Probe<'telegram'> {
  return async (entry) => {
    const { bot, config } = preparedConnector(entry);
    if (bot === undefined) return [config.bot_token === undefined ? withoutBot : wrongToken];
    return [
      { name: 'bot_token', run: (signal) => tryToken(bot, signal) },
      { name: 'webhook', run: (signal) => tryWebhook(config, { bot, signal, now }) },
    ];
  };
}

const withoutBot: Check = {
  name: 'bot_token',
  run: () => ({ outcome: 'skipped', detail: 'There is no bot token: it can only listen, and nothing can be asked.' }),
};
const wrongToken: Check = {
  name: 'bot_token',
  run: () => ({ outcome: 'failed', detail: 'It is no bot token: digits, a colon, and more, as BotFather gives it.' }),
};

const me = z.object({ username: z.string().optional(), first_name: z.string().optional() });

async function tryToken({ api, id }: ConnectedBot, signal: AbortSignal): Promise<Found> {
  const answer = await api.call('getMe', {}, { result: me, signal });
  if (!answer.ok) return failed(answer);
  const { username, first_name: name } = answer.result;
  return {
    outcome: 'ok',
    detail: `Telegram knows it as ${username === undefined ? (name ?? id) : `@${username}`} (${id}).`,
  };
}

async function tryWebhook(
  config: TelegramConnector,
  { bot, signal, now }: { bot: ConnectedBot; signal: AbortSignal; now: () => number },
): Promise<Found> {
  const answer: BotAnswer<WebhookInfo> = await bot.api.call(
    'getWebhookInfo',
    {},
    { result: webhookInfoSchema, signal },
  );
  if (!answer.ok) return failed(answer);
  return config.ingress_mode === 'polling' ? judgePolling(answer.result) : judgeWebhook(answer.result, config, now());
}

function judgePolling({ url, pending_update_count: pending }: WebhookInfo): Found {
  if (url === '') return { outcome: 'ok', detail: `No webhook stands in the way of polling; ${pending} updates wait.` };
  const detail =
    'A webhook is set, so that polling gets nothing. The gateway that holds the bot deletes it when it polls.';
  return { outcome: 'failed', detail };
}

/** An error that is older than this was got over. */
const recentMs = 10 * 60_000;

function judgeWebhook(info: WebhookInfo, config: TelegramConnector, nowMs: number): Found {
  const { url, pending_update_count: pending, last_error_date: at, last_error_message: error } = info;
  if (url === '') {
    return {
      outcome: 'failed',
      detail: 'No webhook is set: nothing comes in. Set public_url, or call setWebhook yourself.',
    };
  }
  const wanted = webhookUrl(config);
  if (wanted !== undefined && url !== wanted) {
    return {
      outcome: 'failed',
      detail: `Telegram posts to ${hostOf(url)} instead of ${hostOf(wanted)}: another program set it.`,
    };
  }
  if (error !== undefined && at !== undefined && nowMs - at * 1000 < recentMs) {
    const when = new Date(at * 1000).toISOString();
    return { outcome: 'failed', detail: `Telegram could not deliver at ${when}: ${error}. ${pending} updates wait.` };
  }
  return { outcome: 'ok', detail: `Telegram posts to ${hostOf(url)}; ${pending} updates wait.` };
}

/** A path or query may hold what is meant to be secret. */
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : 'another place');

function failed(failure: BotFailure): Found {
  if (failure.kind === 'network') {
    const detail = `Telegram could not be reached (${failure.reason}). Check api_base_url, and that the gateway may go there: names, proxies, firewalls.`;
    return { outcome: 'failed', detail };
  }
  if (failure.code === 401 || failure.code === 404) {
    return {
      outcome: 'failed',
      detail: `Telegram refused the token (${failure.code}). Set the one that BotFather shows.`,
    };
  }
  if (failure.code === 429)
    return { outcome: 'failed', detail: 'Telegram asks for a pause (429). Test it again later.' };
  return { outcome: 'failed', detail: `Telegram answered ${failure.code}.` };
}
