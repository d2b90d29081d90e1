import { z } from 'zod';
import { badRequest, tooManyRequests } from './api-error.ts';
import type { Args } from './args.ts';
import type { Bot, WebhookSettings } from './bot.ts';

const ports = ['', '80', '88', '443', '8443'];
/** When each bot last set its webhook: once a second is the limit. */
const lastSet = new WeakMap<Bot, number>();

interface WebhookChange {
  description: string;
  changed: boolean;
}

/** setWebhook, and deleteWebhook as one with an empty URL. Keeps what waits, unless told to drop it. */
export function setWebhook(
  bot: Bot,
  args: Args,
  options: { url: string; secondMs: number; httpsOnly: boolean },
): WebhookChange {
  const { url } = options;
  if (url !== '') {
    checkRate(bot, options.secondMs);
    checkUrl(url, options.httpsOnly);
  }
  const wanted = { url, secretToken: secretToken(args), maxConnections: maxConnections(args) };
  const before = bot.webhook;
  rememberAllowed(bot, args);
  if (args.flag('drop_pending_updates')) bot.queue.clear();
  const same = url === '' ? before.url === '' : isSame(before, wanted);
  if (same) return { description: `Webhook is already ${url === '' ? 'deleted' : 'set'}`, changed: false };
  bot.webhook = { ...wanted, allowedUpdates: before.allowedUpdates };
  return { description: `Webhook was ${url === '' ? 'deleted' : 'set'}`, changed: true };
}

/** Kept until somebody names it again; an empty list means the defaults. */
export function rememberAllowed(bot: Bot, args: Args): void {
  const allowed = args.json('allowed_updates', z.array(z.string()), "can't parse allowed_updates JSON object");
  if (allowed) bot.webhook.allowedUpdates = allowed;
}

export function webhookInfo(bot: Bot): Record<string, unknown> {
  const { url, maxConnections: max_connections, allowedUpdates, lastError } = bot.webhook;
  return {
    url,
    has_custom_certificate: false,
    pending_update_count: bot.queue.pending().length,
    ...(url !== '' && { max_connections, ip_address: '127.0.0.1' }),
    ...(lastError && { last_error_date: lastError.atSeconds, last_error_message: lastError.message }),
    ...(allowedUpdates.length > 0 && { allowed_updates: allowedUpdates }),
  };
}

function checkRate(bot: Bot, secondMs: number): void {
  const now = performance.now();
  if (now < (lastSet.get(bot) ?? -Infinity) + secondMs) throw tooManyRequests(1);
  lastSet.set(bot, now);
}

function checkUrl(given: string, httpsOnly: boolean): void {
  if (!URL.canParse(given)) throw badRequest('bad webhook: invalid webhook URL specified');
  const url = new URL(given);
  if (!httpsOnly && (url.protocol === 'http:' || url.protocol === 'https:')) return;
  if (url.protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  if (!ports.includes(url.port)) {
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
  }
}

function secretToken(args: Args): string {
  const token = args.text('secret_token');
  if (token.length > 256) throw badRequest('secret token is too long');
  if (!/^[A-Za-z0-9_-]*$/.test(token)) throw badRequest('secret token contains unallowed characters');
  return token;
}

const maxConnections = (args: Args) => Math.min(100, Math.max(1, args.int('max_connections') ?? 40));

function isSame(before: WebhookSettings, wanted: Omit<WebhookSettings, 'allowedUpdates'>): boolean {
  return (
    before.url === wanted.url &&
    before.secretToken === wanted.secretToken &&
    before.maxConnections === wanted.maxConnections
  );
}
