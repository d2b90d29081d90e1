import { randomUUID } from 'node:crypto';
import { listenForReceipts, migrateStreams, openBus } from '@trunkline/bus';
import type { TelegramConnector } from '@trunkline/config';
import {
  createAdmittedEmitter,
  createAuthFailures,
  createIngressApp,
  createRateLimit,
  createTokenBank,
  listen,
  noTrustedProxies,
} from '@trunkline/gateway-kit';
import type { InventoryChange, ReadyEntry } from '@trunkline/inventory';
import { createBotStatus } from '../bot-status.ts';
import { releaseChat } from '../deliver-release.ts';
import { readHeldValue } from '../held-values.ts';
import { openChatMigrations } from '../deliver-migrations.ts';
import { createPressAnswers } from '../press-answers.ts';
import { receiveUpdates } from '../receive.ts';
import { startBots, type BotsLog } from '../start-bots.ts';
import { storedEvents } from './stored-events.ts';
import { readyEntry } from './telegram-connector.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const log: BotsLog = { ...quiet, child: () => log };

/** The receiving half with a real bus, in this process; its connector can be changed. Telegram's seconds last 20 ms. */
export async function receivingGateway({ natsUrl, api, prefix }: { natsUrl: string; api: string; prefix: string }) {
  const bus = await openBus({ servers: natsUrl, name: 'spec', prefix, ackTimeoutMs: 400 }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  let entries: ReadyEntry<TelegramConnector>[] = [];
  const listeners = new Set<(change: InventoryChange) => void>();
  const clock = { now: Date.now, random: Math.random };
  const receipts = listenForReceipts({ kind: 'telegram', instance: randomUUID() }, bus);
  const rateLimit = createRateLimit({ bank: createTokenBank(bus.bucket('targets'), clock), now: Date.now });
  const presses = createPressAnswers({ log });
  const status = createBotStatus({ describe: () => {} });
  const deps = {
    ...{ ...clock, bus, presses, log, status },
    emit: createAdmittedEmitter({ bus, receipts, rateLimit, now: Date.now }),
    assetUrls: { urlOf: () => undefined },
    botNames: { of: () => ({ id: '4242', username: 'trunkline_bot' }) },
    chatMoves: await openChatMigrations({ bus }),
    heldValue: (data: string) => readHeldValue(data, bus),
    release: (chat: { connector: string; chatId: string }) => releaseChat(chat, { bus }),
  };
  const connectors = { get: (name: string) => entries.find((entry) => entry.name === name) };
  const receive = receiveUpdates({
    ...{ ...deps, connectors, trustedProxies: noTrustedProxies },
    failures: createAuthFailures({ now: Date.now, burst: 1000 }),
  });
  const route = { path: '/v1/connectors/telegram/:name', hot: true, methods: { POST: receive } };
  const server = await listen(createIngressApp([route], { log }), { host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${server.port}`;
  const bots = await startBots({
    ...deps,
    worker: randomUUID(),
    metrics: { watch: () => () => undefined },
    inventory: {
      list: (() => entries) as never,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    timing: { pauseMs: 20, longestPauseMs: 100, secondMs: 20, webhookEveryMs: 100 },
  });

  return {
    ...{ bus, bots, presses, status, deps, url: `${base}/v1/connectors/telegram/bot` },
    events: () => storedEvents(bus),
    /** Replaces the connector, as a change of the configuration does; `hooked`: with a public URL, which is this server's. */
    configure({ hooked = false, ...fields }: { hooked?: boolean } & Record<string, unknown>) {
      const entry = readyEntry({ bot_token: '4242:fake-telegram-token', api_base_url: api, ...fields });
      // A real one is https.
      entries = [hooked ? { ...entry, config: { ...entry.config, public_url: base } } : entry];
      const [changed] = entries;
      for (const listener of listeners) if (changed) listener({ type: 'added', new: changed });
    },
    async [Symbol.asyncDispose]() {
      await bots.stop();
      await server.close(0);
      await presses.drain();
      receipts.stop();
      await bus.close();
    },
  };
}
