import { migrateStreams, openBus, type Bus } from '@trunkline/bus';
import { enqueueDelivery, getDelivery, type Budget, type OnUnknown, type ProgressRecord } from '@trunkline/deliveries';
import { canonicalTarget, deliveryIdOf, targetKey, type Delivery, type Output } from '@trunkline/events';
import { createGuardedFetch, runDeliveries } from '@trunkline/gateway-kit';
import { waitFor, type FakeTelegram } from '@trunkline/testing';
import { createBotApi } from '../bot-api.ts';
import { findEarlier } from '../deliver-earlier.ts';
import { createFileLoader } from '../deliver-file.ts';
import { openChatMigrations } from '../deliver-migrations.ts';
import { createTelegramDeliverer } from '../deliver.ts';
import { telegramConnector } from './telegram-connector.ts';

export const quiet = { info() {}, warn() {}, error() {} };
let prefixes = 0;
let outputs = 0;
let workers = 0;

/** A bus with a name space of its own on this server. */
export async function freshBus(url: string): Promise<Bus> {
  const bus = await openBus({ servers: url, name: 'spec', prefix: `t${prefixes++}` }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  return bus;
}

/** One process that delivers for connector `bot`, over real lanes, to a fake Telegram. */
export async function delivering(
  { bus, telegram }: { bus: Bus; telegram: FakeTelegram },
  options: { onUnknown?: OnUnknown; fields?: object; budget?: Budget } = {},
) {
  const config = telegramConnector({ api_base_url: telegram.url, ...options.fields });
  const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 10_000 });
  const fetch = createGuardedFetch();
  const migrations = await openChatMigrations({ bus });
  const deliverer = createTelegramDeliverer({
    bots: { get: (name) => (name === 'bot' ? { config, api } : undefined) },
    migrations,
    loadFile: createFileLoader({ bus, fetch, fetchAsset: async () => ({ found: 'no' }) }),
    earlier: (delivery) => findEarlier(delivery, { bus, stopShowing: async () => undefined }),
    hold: async ({ key, value }) => void (await bus.bucket('state').put(key, { v: 1, value })),
  });
  const running = await runDeliveries(
    {
      kind: 'telegram',
      worker: `w${workers++}`,
      deliverer,
      connectors: {
        state: () => ({ state: 'ready', onUnknown: options.onUnknown ?? 'surface' }),
        onChange: () => () => {},
      },
      allowed: () => ({ allowed: true }),
      log: quiet,
      ...(options.budget && { budget: options.budget }),
    },
    { bus },
  );
  return {
    migrations,
    drain: () => running.drain(),
    async [Symbol.asyncDispose]() {
      await running.drain();
      await fetch.close();
    },
  };
}

/** A delivery of an output to a chat of connector `bot`, as the router makes it. */
export function deliveryTo(
  target: { chat_id: number; message_thread_id?: number; reply_to_message_id?: number },
  output: Partial<Output>,
): Delivery {
  const output_id = output.output_id ?? `out-${outputs++}`;
  const handle = canonicalTarget({ type: 'telegram', connector: 'bot', ...target });
  return {
    v: 1,
    delivery_id: deliveryIdOf('s', output_id, targetKey(handle)),
    output_id,
    session_id: 's',
    target: handle,
    output: { output_id, session_id: 's', ...output },
    created_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  };
}

/** Queues deliveries, in this order. */
export async function queue(deliveries: readonly Delivery[], bus: Bus): Promise<void> {
  for (const delivery of deliveries) await enqueueDelivery(delivery, { bus });
}

/** Waits until deliveries are over, and tells how. */
export function settled(deliveries: readonly Delivery[], bus: Bus): Promise<ProgressRecord[]> {
  return Promise.all(deliveries.map((delivery) => reached(delivery, bus)));
}

/** Waits until a delivery is in a state of some kind: over, unless said. */
export function reached(
  delivery: Delivery,
  bus: Bus,
  is: (record: ProgressRecord) => boolean = (record) => record.settled_at !== undefined,
): Promise<ProgressRecord> {
  return waitFor(
    async () => {
      const record = await getDelivery(bus, delivery.delivery_id);
      return is(record) ? record : undefined;
    },
    { what: `delivery ${delivery.output_id}`, timeoutMs: 20_000 },
  );
}
