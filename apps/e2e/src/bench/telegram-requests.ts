import { postBytes } from './post-bytes.ts';

/** The bot that everything is posted to; the fake Telegram and the connector are made of the same. */
export const benchTelegram = {
  botToken: '4242:AAbench-telegram-token',
  botId: 4242,
  username: 'bench_bot',
  secretToken: 'bench-telegram-secret_0123456789',
} as const;

/** The connectors file of a bench installation whose Bot API is at `apiUrl`. */
export const telegramConnectors = (apiUrl: string) => `[[telegram_connectors]]
name = "bench"
bot_token = "${benchTelegram.botToken}"
secret_token = "${benchTelegram.secretToken}"
api_base_url = "${apiUrl}"
ingress_events_per_second = 100000
`;

/** What somebody said in one of the supergroups, as an update; `serial` counts updates and messages. */
export function telegramBody({ conversation, serial }: { conversation: number; serial: number }): string {
  const person = conversation % 50;
  const bold = 'Build';
  const message = {
    message_id: 1 + serial,
    from: {
      ...{ id: 5_000_000 + person, is_bot: false, first_name: 'Ana', last_name: 'Pérez' },
      ...{ username: `ana_${person}`, language_code: 'es' },
    },
    chat: { id: -1_001_000_000_000 - conversation, title: `Release room ${conversation}`, type: 'supergroup' },
    date: Math.floor(Date.now() / 1000),
    text: `${bold} ${serial} of the release branch is green again, all 1,482 tests pass. Who takes the rollout to the second region this afternoon?`,
    entities: [{ type: 'bold', offset: 0, length: bold.length }],
  };
  return JSON.stringify({ update_id: 810_000_000 + serial, message });
}

/** The same, with the secret of the webhook, as the bytes of a request. */
export function telegramRequest(event: { conversation: number; serial: number }, host: string): Buffer {
  const headers = {
    'content-type': 'application/json',
    'x-telegram-bot-api-secret-token': benchTelegram.secretToken,
    'accept-encoding': 'gzip, deflate',
  };
  return postBytes({ host, path: '/v1/connectors/telegram/bench', headers, body: telegramBody(event) });
}
