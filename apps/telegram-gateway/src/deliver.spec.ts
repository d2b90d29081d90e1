import type { StepContext } from '@trunkline/deliveries';
import { startFakeTelegram, type FakeTelegram } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { createBotApi } from './bot-api.ts';
import { createTelegramDeliverer } from './deliver.ts';
import type { TelegramCall } from './render-step.ts';
import { deliveryTo } from './testing/delivering.ts';
import { telegramConnector } from './testing/telegram-connector.ts';

const context: StepContext = {
  delivery: deliveryTo({ chat_id: -9 }, { content: 'x' }),
  attempt: 1,
  idempotencyKey: 'k',
  platformIds: new Map(),
  signal: new AbortController().signal,
};

function delivererTo(telegram: FakeTelegram, ready = true) {
  const config = telegramConnector();
  const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 10_000 });
  return createTelegramDeliverer({
    bots: { get: () => (ready ? { config, api } : undefined) },
    migrations: { newestId: (_connector, id) => id, formerIds: () => [], remember: async () => {} },
    loadFile: async () => ({ ok: true, file: { bytes: Buffer.from('x'), fileName: 'x.txt', mediaType: 'text/plain' } }),
    earlier: async () => [],
    hold: async () => {},
  });
}

/** A group in which the bot has said "before", as message 1. */
async function spoken() {
  const telegram = await startFakeTelegram({ chats: [{ id: -9, type: 'supergroup' }] });
  await delivererTo(telegram).deliverStep({ index: 0, do: 'text', chunk: { text: 'before' } }, context);
  return telegram;
}

const edit: TelegramCall = { do: 'edit', of: { messageId: 1 }, chunk: { text: 'after' } };

describe('what became of a call whose maker died', () => {
  it.each<{ step: TelegramCall; found: object; because: string }>([
    {
      step: { do: 'text', chunk: { text: 'x' } },
      found: { found: 'unclear' },
      because: 'Telegram does not tell what was sent',
    },
    { step: { do: 'file', file: {} }, found: { found: 'unclear' }, because: 'a file is sent too' },
    { step: { do: 'delete', of: { messageId: 1 } }, found: { found: 'no' }, because: 'deleting twice does no harm' },
    { step: edit, found: { found: 'yes', platformId: '1' }, because: 'an edit is made again' },
    {
      step: { ...edit, of: { messageId: 5 } },
      found: { found: 'unclear' },
      because: 'it may have been said anew already',
    },
    {
      step: { ...edit, of: { chatId: '-8', messageId: 1 } },
      found: { found: 'unclear' },
      because: 'it was said anew elsewhere',
    },
  ])('$because', async ({ step, found }) => {
    await using telegram = await spoken();
    expect(await delivererTo(telegram).reconcile?.({ index: 0, ...step }, context)).toEqual(found);
    expect(telegram.calls('sendMessage')).toHaveLength(1);
  });

  it('waits where Telegram asks for it', async () => {
    await using telegram = await spoken();
    telegram.faults.add({ method: 'editMessageText', fault: { kind: 'rate_limited', retryAfter: 9 } });
    const deliverer = delivererTo(telegram);
    expect(await deliverer.reconcile?.({ index: 0, ...edit }, context)).toEqual({ found: 'later', afterMs: 9_000 });
    const away = delivererTo(telegram, false);
    expect(await away.reconcile?.({ index: 0, ...edit }, context)).toEqual({ found: 'later', afterMs: 5_000 });
    expect(await away.deliverStep({ index: 0, ...edit }, context)).toMatchObject({ code: 'connector_unavailable' });
  });
});

it('gives up what it cannot send in any manner, and sends nothing twice on the way', async () => {
  await using telegram = await spoken();
  const error = (description: string) => ({ kind: 'error', code: 400, description }) as const;
  telegram.faults.add({ method: 'sendMessage', fault: error('Bad Request: message thread not found') });
  telegram.faults.add({ method: 'sendMessage', fault: error('Bad Request: message to be replied not found') });
  telegram.faults.add({ method: 'sendMessage', times: 5, fault: error("Bad Request: can't parse entities: x") });
  const step: TelegramCall = { do: 'text', chunk: { text: '<b>x', html: true }, threadId: 7, replyTo: 1 };
  const outcome = await delivererTo(telegram).deliverStep({ index: 0, ...step }, context);
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'format_refused' });
  const tries = telegram
    .calls('sendMessage')
    .slice(1)
    .map(({ args }) => Object.keys(args).toSorted().join(' '));
  expect(tries).toEqual([
    'chat_id message_thread_id parse_mode reply_parameters text',
    'chat_id parse_mode reply_parameters text',
    'chat_id parse_mode text',
    'chat_id text',
  ]);
});
