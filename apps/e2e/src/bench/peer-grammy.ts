/**
 * A bare grammY webhook on node:http whose only middleware publishes the update to JetStream and waits for the acknowledgement.
 *
 * Before it answers it compares the secret, parses the body and stores the update as it came: no normalized event, no rate limit.
 *
 *     NATS_URL=... node peer-grammy.ts <port>
 */
import { createServer } from 'node:http';
import { Bot, webhookCallback } from 'grammy';
import { floorSubject, openFloorStream } from './floor-stream.ts';
import { benchTelegram } from './telegram-requests.ts';

const js = await openFloorStream();
const { botToken, botId, username, secretToken } = benchTelegram;

const bot = new Bot(botToken, {
  botInfo: {
    ...{ id: botId, is_bot: true, first_name: 'Bench', username },
    ...{
      can_join_groups: true,
      can_manage_bots: false,
      supports_join_request_queries: false,
      can_read_all_group_messages: true,
      supports_inline_queries: false,
    },
    ...{ can_connect_to_business: false, has_main_web_app: false, has_topics_enabled: false },
    ...{ allows_users_to_create_topics: false },
  },
});
bot.use(async ({ update }) => {
  await js.publish(floorSubject, JSON.stringify(update), { msgID: String(update.update_id) });
});

const take = webhookCallback(bot, 'http', { secretToken });
createServer((request, response) => void take(request, response)).listen(Number(process.argv[2]), '127.0.0.1', () =>
  process.send?.('ready'),
);
process.once('SIGTERM', () => process.exit(0));
