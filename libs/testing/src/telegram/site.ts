import type { Express } from 'express';
import { ApiError } from './api-error.ts';
import { createApiServer, type CallOutcome, type MethodAnswer } from './api-server.ts';
import { Args } from './args.ts';
import type { Bot } from './bot.ts';
import type { FakeTelegramOptions, TelegramCall, WebhookPost } from './fake-telegram.ts';
import { Faults } from './faults.ts';
import { FloodControl, usualFloodLimits } from './flood.ts';
import { Poller } from './get-updates.ts';
import { callMethod } from './methods.ts';
import type { Timing } from './timing.ts';
import { WebhookSender } from './webhook-sender.ts';
import { rememberAllowed, setWebhook, webhookInfo } from './webhook-settings.ts';
import type { World } from './world.ts';

/** The running parts behind the API, and what they wrote down. */
export interface Site {
  app: Express;
  faults: Faults;
  calls: TelegramCall[];
  posts: WebhookPost[];
  listeners: ((call: TelegramCall) => void)[];
  pollConflicts(): number;
  isPolled(bot: Bot): boolean;
  close(): void;
}

interface Runner {
  poller: Poller;
  sender: WebhookSender;
}

interface ApiCall {
  method: string;
  args: Args;
  signal: AbortSignal;
}

export function createSite(world: World, deps: { timing: Timing; options: FakeTelegramOptions }): Site {
  const { timing, options } = deps;
  const faults = new Faults();
  const flood = new FloodControl(options.flood && { ...usualFloodLimits, ...options.flood }, world.now);
  const calls: TelegramCall[] = [];
  const posts: WebhookPost[] = [];
  const runners = new Map<Bot, Runner>();
  const never = new AbortController().signal;

  const call = async (bot: Bot, { method, args, signal }: ApiCall): Promise<MethodAnswer> => {
    const runner = runners.get(bot);
    const own = runner && updateMethods[method.toLowerCase()];
    if (!own) return callMethod(method, { bot, args, world, flood, signal });
    return own({ bot, args, signal, runner, timing, httpsOnly: options.httpsWebhooksOnly ?? false });
  };
  const listeners: Site['listeners'] = [];
  const record = (bot: Bot, made: { method: string; args: Args; atMs: number }, outcome: CallOutcome): void => {
    const described = describe(bot, made, outcome);
    calls.push(described);
    for (const listener of listeners) listener(described);
  };

  for (const bot of world.bots) {
    const sender = new WebhookSender(bot, {
      timing,
      faults,
      now: world.now,
      call: async (_bot, method, values) => {
        const made = { method, args: new Args(values), atMs: world.now() };
        record(bot, made, await outcomeOf(call(bot, { ...made, signal: never })));
      },
      posted: (_bot, { update }, outcome) => {
        const status = outcome.outcome === 'answered' ? outcome.status : 0;
        posts.push({ bot: bot.profile.username, update, status, atMs: world.now() });
      },
    });
    runners.set(bot, { poller: new Poller(bot, timing), sender });
  }
  const all = () => [...runners.values()];
  return {
    app: createApiServer({ world, faults, call, record }),
    faults,
    calls,
    posts,
    listeners,
    pollConflicts: () => all().reduce((sum, { poller }) => sum + poller.conflicts, 0),
    isPolled: (bot) => runners.get(bot)?.poller.isWaiting ?? false,
    close: () => {
      for (const { poller, sender } of all()) {
        poller.close();
        sender.close();
      }
    },
  };
}

interface UpdateCall {
  bot: Bot;
  args: Args;
  signal: AbortSignal;
  runner: Runner;
  timing: Timing;
  httpsOnly: boolean;
}

/** The methods by which a bot says how it wants its updates. */
const updateMethods: Record<string, (call: UpdateCall) => MethodAnswer | Promise<MethodAnswer>> = {
  getupdates: async ({ bot, args, signal, runner }) => {
    if (!bot.webhook.url) rememberAllowed(bot, args);
    const limit = Math.min(100, Math.max(1, args.int('limit') ?? 100));
    const timeoutSeconds = Math.min(50, Math.max(0, args.int('timeout') ?? 0));
    return { result: await runner.poller.poll({ offset: args.int('offset') ?? 0, limit, timeoutSeconds, signal }) };
  },
  setwebhook: (call) => changeWebhook(call, call.args.text('url')),
  deletewebhook: (call) => changeWebhook(call, ''),
  getwebhookinfo: ({ bot }) => ({ result: webhookInfo(bot) }),
};

function changeWebhook({ bot, args, runner, timing, httpsOnly }: UpdateCall, url: string): MethodAnswer {
  const { description, changed } = setWebhook(bot, args, { url, secondMs: timing.secondMs, httpsOnly });
  if (changed && url !== '') runner.poller.endBySetWebhook();
  if (changed) runner.sender.restart();
  return { result: true, description };
}

async function outcomeOf(answer: Promise<MethodAnswer>): Promise<CallOutcome> {
  try {
    return { ok: true, result: (await answer).result };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ok: false, code: error.code, description: error.message };
  }
}

function describe(
  bot: Bot,
  { method, args, atMs }: { method: string; args: Args; atMs: number },
  outcome: CallOutcome,
): TelegramCall {
  const sizes = Object.entries(args.files).map(([field, { name, bytes }]) => [field, { name, size: bytes.length }]);
  const files: TelegramCall['files'] = Object.fromEntries(sizes);
  return { bot: bot.profile.username, method, args: args.values, files, atMs, outcome };
}
