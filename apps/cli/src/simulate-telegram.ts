import { randomInt } from 'node:crypto';
import type { TelegramConnector } from '@trunkline/config';
import { nothingAnswers, type Answered } from './simulate-outcome.ts';

export interface SimulatedTelegram {
  connector: TelegramConnector;
  /** Base URL of the gateway. */
  url: string;
  text: string;
  secret: string | undefined;
  chat?: number;
  user: number;
  /** Id of a forum topic. */
  thread?: number;
}

/** Posts a message as Telegram's webhook would: the whole update, with its entities and the secret token. */
export async function simulateTelegram(simulated: SimulatedTelegram): Promise<Answered> {
  const { connector, url, secret } = simulated;
  const update = await updateFor(simulated);
  const address = `${url}/v1/connectors/telegram/${encodeURIComponent(connector.name)}`;
  const headers = {
    'content-type': 'application/json',
    ...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
  };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(update) }).catch(
    (cause: unknown) => {
      throw nothingAnswers(url, cause);
    },
  );
  const isOurs = (eventId: string) => eventId.endsWith(`:${update.update_id}`);
  return {
    status: response.status,
    body: await response.text(),
    isEvent: ({ id }) => isOurs(id),
    isIgnored: isOurs,
  };
}

async function updateFor({ connector, text, chat: given, user, thread }: SimulatedTelegram) {
  // Loaded here: nothing else in this program needs a test tool, nor the time to load it.
  const { startFakeTelegram } = await import('@trunkline/testing');
  // Far from the ids of any real bot of today, and another one each time: ids make events.
  const firstUpdateId = randomInt(1_900_000_000, 2_100_000_000);
  await using telegram = await startFakeTelegram({ firstUpdateId });
  const id = given ?? connector.allowed_chat_ids[0] ?? user;
  return telegram.say({
    chat: { id, ...(thread !== undefined && { is_forum: true }) },
    user: { id: user, first_name: 'You' },
    text,
    ...(thread !== undefined && { thread }),
  });
}
