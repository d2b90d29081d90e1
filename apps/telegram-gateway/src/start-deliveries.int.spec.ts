import { encodeJson } from '@trunkline/bus';
import type { Inventory } from '@trunkline/inventory';
import { deriveKey, generateKey, parseKeyring, replyHandlePurpose, sealReplyHandle } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { startFakeTelegram, startNats, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { openChatMigrations } from './deliver-migrations.ts';
import { startTelegramDeliveries } from './start-deliveries.ts';
import { deliveryTo, freshBus, queue, quiet, settled } from './testing/delivering.ts';
import { readyEntry } from './testing/telegram-connector.ts';

/** As much of a service and an inventory as the outgoing side touches. */
function surroundings(apiBaseUrl: string, token: string) {
  const keyring = parseKeyring(generateKey('k'));
  const stops: (() => unknown)[] = [];
  const entry = readyEntry({ api_base_url: apiBaseUrl, bot_token: token });
  const metrics = { count() {}, observe() {}, watch() {}, watchAll() {} };
  const service = {
    instanceId: 'i1',
    log: quiet,
    keyring,
    telemetry: { metrics },
    onStop: (stop: () => unknown) => stops.unshift(stop),
  };
  const inventory = { get: () => entry, onChange: () => () => {} };
  return {
    service: service as unknown as Service,
    inventory: inventory as unknown as Inventory,
    key: deriveKey(keyring, replyHandlePurpose),
    async stop() {
      for (const stop of stops) await stop();
    },
  };
}

it('a text is shown while it grows, and ends as the whole durable text in one message', async () => {
  await using nats = await startNats();
  await using telegram = await startFakeTelegram({ chats: [{ id: -9, type: 'supergroup' }] });
  const bus = await freshBus(nats.url);
  const { service, inventory, key, stop } = surroundings(telegram.url, telegram.token);
  const status = { sawDelivery() {}, watchWaiting() {} };
  await startTelegramDeliveries(service, { bus, inventory, migrations: await openChatMigrations({ bus }), status });
  const delivery = deliveryTo({ chat_id: -9 }, { output_id: 'out', content: 'The whole text.' });

  const snapshot = { session_id: 's', reply_targets: [delivery.target], output_subject: bus.names.output('s') };
  const reply_handle = sealReplyHandle(snapshot, { key, expiresAt: Date.now() + 3_600_000 });
  const say = (live: object) => bus.publish(bus.names.live('s'), encodeJson({ v: 1, ...live }));
  await waitFor(
    () => {
      say({ status: 'typing', reply_handle });
      return telegram.chatActions.length > 0;
    },
    { what: 'typing' },
  );
  say({ output_id: 'out', reply_handle, stream: { seq: 0, state: 'open' } });
  say({ output_id: 'out', stream: { seq: 1, state: 'delta' }, content: 'The wh' });
  await telegram.waitForMessage({ text: 'The wh' });

  await queue([delivery], bus);
  expect(await settled([delivery], bus)).toMatchObject([{ state: 'delivered' }]);
  expect(telegram.sent(-9).map(({ text }) => text)).toEqual(['The whole text.']);
  await stop();
  await bus.close();
});
