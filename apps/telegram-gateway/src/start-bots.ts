import { BusUnavailableError, leasedRecord, runLeased, type Bus, type PlatformLease } from '@trunkline/bus';
import type { TelegramConnector } from '@trunkline/config';
import type { Inventory, ReadyEntry } from '@trunkline/inventory';
import { withSpan, type Metrics } from '@trunkline/telemetry';
import { assignBots, type BotAssignments } from './bot-assignments.ts';
import type { BotStatus } from './bot-status.ts';
import type { Tried } from './poll-batch.ts';
import { pollUpdates, type PollTiming } from './poll.ts';
import { preparedConnector, type PreparedConnector } from './prepared-connector.ts';
import { outcomeOf, type ReceiveDeps } from './receive.ts';
import { storeUpdate, type StoreDeps } from './store-update.ts';
import type { IdentifiedUpdate } from './update-payload.ts';
import { keepWebhook, webhookUrl } from './webhook-registration.ts';

export interface BotsDeps extends StoreDeps, Pick<ReceiveDeps, 'observe'> {
  bus: Bus;
  inventory: Pick<Inventory, 'list' | 'onChange'>;
  /** Unique for each process. */
  worker: string;
  status: BotStatus;
  metrics: Pick<Metrics, 'watch'>;
  log: BotsLog;
  random: () => number;
  timing?: Partial<PollTiming> & { webhookEveryMs?: number };
}

/** The part of a logger that is needed; pino fits. */
export interface BotsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): BotsLog;
}

/** The bots that this process looks after, of all that there are. */
export interface RunningBots {
  owned(): string[];
  stop(): Promise<void>;
}

type Entry = ReadyEntry<TelegramConnector>;

/** Polls for bots and keeps webhooks registered: each bot by one replica at a time, by one connector, as the connectors are now. */
export async function startBots(deps: BotsDeps): Promise<RunningBots> {
  let assigned: BotAssignments = { bots: new Map(), problems: new Map() };
  const running = new Map<string, { entry: Entry; changed: AbortController }>();

  async function run(botId: string, lease: PlatformLease): Promise<void> {
    const ending = AbortSignal.any([lease.lost, lease.draining]);
    for (let entry = assigned.bots.get(botId); entry && !ending.aborted; entry = assigned.bots.get(botId)) {
      const changed = new AbortController();
      running.set(botId, { entry, changed });
      const signal = AbortSignal.any([ending, changed.signal]);
      const forget = deps.metrics.watch('leases_owned', { kind: 'telegram', connector: entry.name }, () => 1);
      await work({ botId, entry, lease, signal }, deps).finally(() => {
        forget();
        running.delete(botId);
      });
      deps.status.set(entry.name, undefined);
      // It ended by itself: the caller pauses before the next try.
      if (!changed.signal.aborted) return;
    }
  }

  const leased = await runLeased({ group: 'telegram', worker: deps.worker, run }, deps.bus);
  function assign(): void {
    for (const name of assigned.problems.keys()) deps.status.set(name, undefined);
    assigned = assignBots(deps.inventory.list('telegram'));
    for (const [name, problem] of assigned.problems) deps.status.set(name, { problem });
    for (const [botId, { entry, changed }] of running) if (assigned.bots.get(botId) !== entry) changed.abort();
    leased.want(assigned.bots.keys());
  }
  const unfollow = deps.inventory.onChange(assign);
  assign();
  return {
    owned: () => leased.owned(),
    async stop() {
      unfollow();
      await leased.drain();
    },
  };
}

interface Work {
  botId: string;
  entry: Entry;
  lease: PlatformLease;
  signal: AbortSignal;
}

async function work(job: Work, deps: BotsDeps): Promise<void> {
  const connector = preparedConnector(job.entry);
  const log = deps.log.child({ connector: connector.config.name, bot: job.botId });
  deps.status.set(connector.config.name, { mode: connector.config.ingress_mode });
  if (connector.config.ingress_mode === 'polling') await poll(connector, { ...deps, log, job });
  else await watchWebhook(connector, { ...deps, log, job });
}

type JobDeps = BotsDeps & { job: Work };

async function poll(connector: PreparedConnector, deps: JobDeps): Promise<void> {
  const { bot, config } = connector;
  if (bot === undefined) return;
  const { lease, signal, botId } = deps.job;
  const { timing, random, log, status } = deps;
  await pollUpdates(
    { allowedUpdates: config.allowed_updates, timeoutSeconds: config.polling_timeout_seconds },
    {
      ...{ lease, signal, log, random, api: bot.api },
      ...(timing && { timing }),
      offset: leasedRecord<number>({ kind: 'telegram', name: `offset.${botId}` }, lease, deps.bus),
      store: (update) => storePolled(update, connector, deps),
      report: (problem) => status.set(config.name, { mode: 'polling', ...(problem !== undefined && { problem }) }),
    },
  );
}

/** What cannot be stored now comes again: the bus is away, the rate is used up, or something happened that should not. */
function storePolled(update: IdentifiedUpdate, connector: PreparedConnector, deps: JobDeps): Promise<Tried> {
  return withSpan('telegram.receive', { kind: 'consumer' }, (span) => tryToStore({ update, connector, span }, deps));
}

async function tryToStore(polled: Parameters<typeof storeUpdate>[0], deps: JobDeps): Promise<Tried> {
  const startedAt = deps.now();
  const { span, connector } = polled;
  const { name } = connector.config;
  try {
    const settled = await storeUpdate(polled, deps);
    const [outcome, ms] = [outcomeOf(settled), deps.now() - startedAt];
    deps.observe?.({ connector: name, outcome, ms });
    const why = settled.settled === 'ignored' ? settled.code : undefined;
    deps.log.info({ outcome, event_id: settled.eventId, why, ms, trace_id: span.traceId }, 'update.settled');
    return settled.settled === 'later'
      ? { outcome: 'later', retryAfterMs: settled.retryAfterMs }
      : { outcome: 'settled' };
  } catch (error) {
    span.fail(error);
    if (!(error instanceof BusUnavailableError)) deps.log.error({ err: error }, 'update.not-stored');
    return { outcome: 'later', retryAfterMs: 2_000 };
  }
}

async function watchWebhook(connector: PreparedConnector, deps: JobDeps): Promise<void> {
  const { bot, config, credentials } = connector;
  const { lease, signal } = deps.job;
  const url = webhookUrl(config);
  if (bot === undefined || url === undefined) return;
  const { random, log, status, timing } = deps;
  await keepWebhook(
    {
      url,
      secretToken: credentials.secrets?.[0]?.expose().trim(),
      allowedUpdates: config.allowed_updates,
    },
    {
      ...{ api: bot.api, signal, log, random, stillOwner: () => lease.stillOwner() },
      ...(timing?.webhookEveryMs !== undefined && { everyMs: timing.webhookEveryMs }),
      report: (state) => status.set(config.name, { mode: 'webhook', ...state }),
    },
  );
}
