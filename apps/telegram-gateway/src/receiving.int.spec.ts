import { startFakeTelegram, startNats, waitFor, type FakeTelegram, type NatsServer } from '@trunkline/testing';
import { startSpan } from '@trunkline/telemetry';
import { Bot } from 'grammy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBotApi } from './bot-api.ts';
import { pollUpdates } from './poll.ts';
import { preparedConnector } from './prepared-connector.ts';
import { storeUpdate } from './store-update.ts';
import { receivingGateway } from './testing/receiving-gateway.ts';
import { readyEntry } from './testing/telegram-connector.ts';

let nats: NatsServer;
let prefixes = 0;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

const patient = { timeoutMs: 25_000 };
const start = (options: { now?: () => number } = {}) => startFakeTelegram({ timing: { secondMs: 20 }, ...options });
const gatewayOf = (telegram: FakeTelegram) =>
  receivingGateway({ natsUrl: nats.url, api: telegram.url, prefix: `r${prefixes++}` });
type Gateway = Awaited<ReturnType<typeof gatewayOf>>;

const drained = (telegram: FakeTelegram) =>
  waitFor(() => telegram.unconfirmed().length === 0, { what: 'the queue to be empty', ...patient });
const texts = async (gateway: Gateway) => (await gateway.events()).map(({ data }) => data.content?.text);
const webhookSet = (telegram: FakeTelegram) =>
  waitFor(() => telegram.calls('setWebhook').length > 0, { what: 'the webhook', ...patient });

describe('G13: a poller that ends at the worst moment', () => {
  const never = new Promise<never>(() => {});

  it.each([
    { moment: 'after getUpdates', crash: { store: 'before', save: 'never' } },
    { moment: 'after the store', crash: { store: 'after', save: 'never' } },
    { moment: 'before the offset is kept', crash: { store: 'never', save: 'before' } },
    { moment: 'after the offset is kept, before the next question', crash: { store: 'never', save: 'after' } },
  ])('$moment: every update is one event', async ({ crash }) => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    const said = ['a', 'b', 'c'];
    for (const text of said) telegram.say({ text });
    const connector = preparedConnector(
      readyEntry({ bot_token: telegram.token, api_base_url: telegram.url, ingress_mode: 'polling' }),
    );
    let kept: number | undefined;
    let isDown = false;

    /** Does what it should, or stops for ever before or after it: a crash for all that others can see. */
    const crashing =
      <A, R>(work: (value: A) => Promise<R>, when: string, armed: boolean) =>
      async (value: A): Promise<R> => {
        if (armed && when === 'before') isDown = true;
        if (isDown) return never;
        const result = await work(value);
        if (armed && when === 'after') isDown = true;
        return isDown ? never : result;
      };

    function poll(signal: AbortSignal, armed: boolean) {
      const store = async (update: { update_id: number }) => {
        const span = startSpan('spec');
        await storeUpdate({ update, connector, span }, gateway.deps);
        return { outcome: 'settled' } as const;
      };
      const save = (value: number) => Promise.resolve((kept = value) > 0);
      void pollUpdates(
        { allowedUpdates: ['message'], timeoutSeconds: 10 },
        {
          ...{ signal, log: gateway.deps.log, random: Math.random, report: () => {} },
          api: createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 5_000 }),
          lease: { stillOwner: () => true },
          offset: { load: () => Promise.resolve({ value: kept }), save: crashing(save, crash.save, armed) },
          store: crashing(store, crash.store, armed),
          timing: { pauseMs: 10, longestPauseMs: 50, secondMs: 20 },
        },
      );
    }

    const [first, second] = [new AbortController(), new AbortController()];
    poll(first.signal, true);
    await waitFor(() => isDown, { what: 'the crash' });
    isDown = false;
    poll(second.signal, false);
    await drained(telegram);
    second.abort();
    first.abort();
    expect(await texts(gateway)).toEqual(said);
  });
});

describe('G14', () => {
  it('ids that begin again lower are new events', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    telegram.resetUpdateIds(900_000_000);
    gateway.configure({ ingress_mode: 'polling' });
    telegram.say({ text: 'before' });
    await drained(telegram);
    telegram.resetUpdateIds(41_000);
    for (const text of ['after', 'later']) telegram.say({ text });
    await drained(telegram);
    expect((await gateway.events()).map(({ id }) => id)).toEqual(['4242:900000000', '4242:41000', '4242:41001']);
  });
});

describe('G15: a webhook', () => {
  it('keeps the order of each chat through poison, repeats and an outage of the bus; strangers leave nothing', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    gateway.configure({ hooked: true });
    await webhookSet(telegram);
    const seen = (chat: number) => async () => {
      const events = await gateway.events();
      return events
        .filter(({ data }) => data.conversation.path[0] === String(chat))
        .map(({ data }) => data.content?.text);
    };

    telegram.faults.add({ method: 'webhook', fault: 'duplicate' });
    telegram.say({ text: '1', chat: 1 });
    telegram.say({ text: 'poison', chat: 1, extra: { date: 'never' as never } });
    telegram.say({ text: '2', chat: 1 });
    await drained(telegram);
    expect(await seen(1)()).toEqual(['1', '2']);

    const stranger = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': 'wrong' },
      body: '{"update_id":1}',
    });
    expect(stranger.status).toBe(401);

    await nats.pause();
    for (let n = 3; n < 13; n++) for (const chat of [1, 2]) telegram.say({ text: String(n), chat });
    await waitFor(() => telegram.webhookPosts.some(({ status }) => status === 503), { what: 'a 503', ...patient });
    nats.resume();
    await drained(telegram);
    const later = Array.from({ length: 10 }, (_, n) => String(n + 3));
    expect(await seen(1)()).toEqual(['1', '2', ...later]);
    expect(await seen(2)()).toEqual(later);
  }, 60_000);
});

describe('G16: webhook and polling', () => {
  const neverDropped = (telegram: FakeTelegram) =>
    telegram.calls().every(({ args }) => !Object.hasOwn(args, 'drop_pending_updates'));

  it('can be switched at any time: nothing is lost, doubled or dropped', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    const said: string[] = [];
    const say = (count: number) => {
      for (let n = 0; n < count; n++) said.push(telegram.say({ text: String(said.length) }).message.text ?? '');
    };
    say(5);
    gateway.configure({ ingress_mode: 'polling' });
    await drained(telegram);
    say(5);
    gateway.configure({ hooked: true });
    say(5);
    await webhookSet(telegram);
    await drained(telegram);
    say(5);
    gateway.configure({ ingress_mode: 'polling' });
    say(5);
    await waitFor(() => telegram.calls('deleteWebhook').length > 0, { what: 'the webhook to go', ...patient });
    say(5);
    await drained(telegram);
    expect(await texts(gateway)).toEqual(said);
    expect(neverDropped(telegram)).toBe(true);
  }, 60_000);

  it('a stranger who polls takes the webhook away; it is set again, and operators see it', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    gateway.configure({ hooked: true });
    await webhookSet(telegram);
    // grammY begins with deleteWebhook, whoever has set it.
    const rival = new Bot(telegram.token, { client: { apiRoot: telegram.url } });
    const ended = rival.start().catch(() => 'ended by our setWebhook');
    await waitFor(() => gateway.status.list()['bot']?.['repaired'] === 1, { what: 'the repair', ...patient });
    expect(await ended).toBe('ended by our setWebhook');
    telegram.say({ text: 'heard' });
    await drained(telegram);
    expect(await texts(gateway)).toEqual(['heard']);
    expect(telegram.calls('setWebhook').at(-1)?.args).toMatchObject({ url: gateway.url, secret_token: 'right' });
    expect(neverDropped(telegram)).toBe(true);
  }, 60_000);

  it('shows what Telegram says of the webhook', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    gateway.configure({ hooked: true });
    await webhookSet(telegram);
    await nats.pause();
    telegram.say({ text: 'x' });
    await waitFor(() => String(gateway.status.list()['bot']?.['last_error_message']).includes('503'), {
      what: 'the error that Telegram had',
      ...patient,
    });
    nats.resume();
    await drained(telegram);
  }, 60_000);
});

describe('G18: a group that becomes a supergroup', () => {
  it.each(['old_first', 'new_first'] as const)(
    'is one event in the new chat: %s',
    async (order) => {
      await using telegram = await start();
      await using gateway = await gatewayOf(telegram);
      gateway.configure({ ingress_mode: 'polling', allowed_chat_ids: [-500] });
      const group = { id: -500, type: 'group' as const, title: 'Kitchen' };
      telegram.say({ chat: group, text: 'before' });
      const { to } = telegram.migrate(-500, { order });
      telegram.say({ chat: to, text: 'after' });
      await drained(telegram);
      const [before, moved, after, ...more] = await gateway.events();
      expect(more).toEqual([]);
      expect(moved).toMatchObject({ type: 'trunkline.conversation.changed', subject: `telegram:bot:${to}` });
      expect(moved?.data.binding_keys.map(({ key }) => key)).toEqual([`telegram:bot:${to}`, before?.subject]);
      expect(after?.subject).toBe(moved?.subject);
    },
    60_000,
  );
});

describe('G20: presses, edits and stops', () => {
  it('a press is answered once, also when it is delivered twice; two presses are two', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    gateway.configure({ hooked: true });
    await webhookSet(telegram);
    telegram.say({ text: 'hi' });
    const message = await askWithButtons(telegram);
    telegram.faults.add({ method: 'webhook', when: (update) => 'callback_query' in update, fault: 'duplicate' });
    const [first, second] = [telegram.pressButton(message, 'yes'), telegram.pressButton(message, 'yes')];
    await drained(telegram);
    await gateway.presses.drain();
    const answered = telegram.calls('answerCallbackQuery').map(({ args }) => args['callback_query_id']);
    expect(answered.toSorted()).toEqual([first.callback_query.id, second.callback_query.id].toSorted());
    const presses = (await gateway.events()).filter(({ type }) => type === 'trunkline.interaction.received');
    expect(presses.map(({ data }) => data.content?.buttons)).toEqual([
      [{ label: 'Yes', value: 'yes' }],
      [{ label: 'Yes', value: 'yes' }],
    ]);
  }, 60_000);

  it('a press that Telegram has given up on is stored all the same', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    telegram.say({ text: 'hi' });
    const message = await askWithButtons(telegram);
    telegram.faults.add({
      method: 'answerCallbackQuery',
      fault: {
        kind: 'error',
        code: 400,
        description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
      },
    });
    telegram.pressButton(message, 'yes');
    gateway.configure({ ingress_mode: 'polling' });
    await drained(telegram);
    await gateway.presses.drain();
    expect(telegram.calls('answerCallbackQuery')).toHaveLength(1);
    expect((await gateway.events()).at(-1)?.type).toBe('trunkline.interaction.received');
  }, 60_000);

  it('an edit names what it changes, and a stop cancels', async () => {
    await using telegram = await start();
    await using gateway = await gatewayOf(telegram);
    gateway.configure({
      ingress_mode: 'polling',
      allowed_updates: ['message', 'edited_message', 'stopped_message_generation'],
    });
    await waitFor(() => telegram.calls('getUpdates').length > 0, { what: 'a question', ...patient });
    const said = telegram.say({ text: 'draw a cat' }).message;
    telegram.edit({ chat: said.chat.id, message_id: said.message_id, text: 'draw a dog' });
    telegram.stopGeneration({ chat: said.chat.id, draft_id: 7 });
    await drained(telegram);
    expect((await gateway.events()).map(({ type, data }) => [type, data.relation])).toEqual([
      ['trunkline.message.created', undefined],
      ['trunkline.message.edited', { kind: 'edit_of', target_message_id: String(said.message_id) }],
      ['trunkline.turn.cancelled', undefined],
    ]);
  }, 60_000);

  async function askWithButtons(telegram: FakeTelegram) {
    const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 5_000 });
    const sent = await api.call(
      'sendMessage',
      { chat_id: 1001, text: 'Sure?', reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] } },
      { result: z.object({ message_id: z.number() }) },
    );
    const message = sent.ok && telegram.messages(1001).find((each) => each.message_id === sent.result.message_id);
    if (!message) throw new Error('the message was not sent');
    return message;
  }
});
