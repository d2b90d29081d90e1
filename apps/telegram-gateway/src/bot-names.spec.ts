import { startFakeTelegram, waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { createBotNames } from './bot-names.ts';
import { preparedConnector } from './prepared-connector.ts';
import { readyEntry } from './testing/telegram-connector.ts';

it('learns the name of a bot in the background, also after a failure; the id is known at once', async () => {
  await using telegram = await startFakeTelegram();
  telegram.faults.add({ method: 'getMe', fault: 'server_error' });
  const names = createBotNames({ log: { warn: () => {} } });
  const connector = preparedConnector(readyEntry({ bot_token: telegram.token, api_base_url: telegram.url }));
  names.learn(connector);
  expect(names.of(connector)).toEqual({ id: '4242', username: undefined });
  await waitFor(() => names.of(connector).username === 'trunkline_bot', { what: 'the name' });
  names.learn(connector);
  expect(telegram.calls('getMe')).toHaveLength(2);
  names.close();
});

it('knows nothing of a connector without a token', () => {
  const names = createBotNames({ log: { warn: () => {} } });
  const connector = preparedConnector(readyEntry({ bot_token: undefined }));
  names.learn(connector);
  expect(names.of(connector)).toEqual({ id: undefined, username: undefined });
});
