import type { Bus } from '@trunkline/bus';
import { canonicalTarget } from '@trunkline/events';
import { startFakeTelegram, startNats, waitFor, type FakeTelegram, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetAllowed } from './deliver-allowed.ts';
import { telegramLimits } from './deliver-budget.ts';
import { openChatMigrations } from './deliver-migrations.ts';
import { releaseChat } from './deliver-release.ts';
import { delivering, deliveryTo, freshBus, queue, reached, settled } from './testing/delivering.ts';
import { readyEntry } from './testing/telegram-connector.ts';

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

async function scene(chats: Parameters<FakeTelegram['addChat']>[0][]) {
  const bus: Bus = await freshBus(nats.url);
  const telegram = await startFakeTelegram({ chats });
  return {
    bus,
    telegram,
    callsTo: (chat: number) => telegram.calls('sendMessage').filter(({ args }) => Number(args['chat_id']) === chat),
    texts: (chat: number) => telegram.sent(chat).map(({ text }) => text),
    async [Symbol.asyncDispose]() {
      await telegram[Symbol.asyncDispose]();
      await bus.close();
    },
  };
}

describe('a group that becomes a supergroup', () => {
  it('G18: what is in flight and what is queued arrives there once', async () => {
    await using it = await scene([{ id: -5, type: 'group' }]);
    const { bus, telegram, callsTo, texts } = it;
    const asked = telegram.say({ text: 'question', chat: -5 }).message;
    await using running = await delivering(it);
    const deliveries = ['one', 'two', 'three'].map((content) =>
      deliveryTo(
        { chat_id: -5, reply_to_message_id: asked.message_id },
        { content, parts: [{ type: 'text', text: `${content}!` }] },
      ),
    );
    const held = telegram.faults.add({ method: 'sendMessage', fault: { kind: 'delay', ms: 300 } });
    await queue(deliveries, bus);
    await waitFor(() => held.left === 0, { what: 'the first send' });
    const { to } = telegram.migrate(-5);
    for (const record of await settled(deliveries, bus)) expect(record.state).toBe('delivered');
    expect(texts(to)).toEqual(['one', 'one!', 'two', 'two!', 'three', 'three!']);
    expect(telegram.sent(to).every((message) => message.reply_to_message === undefined)).toBe(true);
    expect(callsTo(-5)).toHaveLength(1);
    expect(running.migrations.newestId('bot', '-5')).toBe(String(to));
  });

  it('is remembered by other processes, with what was allowed for its old id', async () => {
    await using it = await scene([]);
    const [here, there] = [await openChatMigrations(it), await openChatMigrations(it)];
    await here.remember({ connector: 'bot', from: '-5', to: '-1005' });
    await here.remember({ connector: 'bot', from: '-1005', to: '-1006' });
    await waitFor(() => there.newestId('bot', '-5') === '-1006', { what: 'the move to be heard of' });
    expect(there.newestId('other', '-5')).toBe('-5');
    expect(there.formerIds('bot', '-1006')).toEqual(['-1005', '-5']);
    const deps = { inventory: { get: () => readyEntry({ allowed_chat_ids: [-5] }) as never }, migrations: there };
    const allowed = (chat_id: number) =>
      targetAllowed(canonicalTarget({ type: 'telegram', connector: 'bot', chat_id }), deps).allowed;
    expect([allowed(-5), allowed(-1006), allowed(-7)]).toEqual([true, true, false]);
  });

  it('an edit of what was said before the move is said anew: old ids mean other messages there', async () => {
    await using it = await scene([{ id: -5, type: 'group' }]);
    const { bus, telegram, texts } = it;
    await using _running = await delivering(it);
    const first = deliveryTo({ chat_id: -5 }, { output_id: 'first', content: 'before' });
    await queue([first], bus);
    await settled([first], bus);
    const { to } = telegram.migrate(-5);
    const edits = [1, 2].map((n) =>
      deliveryTo({ chat_id: -5 }, { output_id: `e${n}`, edit_of: n === 1 ? 'first' : 'e1', content: `after ${n}` }),
    );
    await queue(edits, bus);
    for (const record of await settled(edits, bus)) expect(record.state).toBe('delivered');
    expect(texts(to)).toEqual(['after 2']);
  });
});

describe('G19: limits', () => {
  it('a pause that Telegram asked for holds up one chat, and outlives the owner of the lane', async () => {
    await using it = await scene([{ id: -9, type: 'supergroup' }, { id: 7 }]);
    const { bus, telegram, callsTo, texts } = it;
    telegram.say({ text: 'hello', user: 7 });
    telegram.faults.add({
      method: 'sendMessage',
      when: ({ chat_id }) => Number(chat_id) === -9,
      fault: { kind: 'rate_limited', retryAfter: 3 },
    });
    const first = await delivering(it);
    const flooded = ['one', 'two'].map((content) => deliveryTo({ chat_id: -9 }, { content }));
    const free = deliveryTo({ chat_id: 7 }, { content: 'unaffected' });
    await queue([...flooded, free], bus);
    await settled([free], bus);
    const waiting = await reached(flooded[0]!, bus, ({ next_attempt_at }) => next_attempt_at !== undefined);
    await first.drain();
    await using _second = await delivering(it);
    const [done] = await settled(flooded, bus);
    expect(texts(-9)).toEqual(['one', 'two']);
    expect(callsTo(-9)).toHaveLength(3);
    expect(done?.attempts.map(({ outcome }) => outcome)).toEqual(['retry', 'delivered']);
    expect(Date.parse(done!.attempts[1]!.started_at)).toBeGreaterThanOrEqual(Date.parse(waiting.next_attempt_at!));
  });

  it.each([
    { chat_id: 7, limits: ['chat 1', 'bot 30'], because: 'a person is one chat' },
    { chat_id: -9, limits: ['chat 1', 'group 20', 'bot 30'], because: 'a group has 20 a minute' },
  ])('are known before Telegram has to say so: $because', ({ chat_id, limits }) => {
    const target = canonicalTarget({ type: 'telegram', connector: 'bot', chat_id });
    const moved = { newestId: (_connector: string, id: string) => (id === '-9' ? '-1009' : id) };
    const known = telegramLimits(target, moved);
    expect(known.map(({ key, count }) => `${key.split(' ')[0]} ${count}`)).toEqual(limits);
    expect(known[0]?.key.includes('-9')).toBe(false);
  });

  it('thirty chats go on while one is flooded', async () => {
    const chats = Array.from({ length: 31 }, (_, at) => ({ id: -100 - at, type: 'supergroup' as const }));
    await using it = await scene(chats);
    it.telegram.faults.add({
      method: 'sendMessage',
      when: ({ chat_id }) => Number(chat_id) === -100,
      fault: { kind: 'rate_limited', retryAfter: 60 },
    });
    await using _running = await delivering(it);
    const [flooded, ...others] = chats.map(({ id }) => deliveryTo({ chat_id: id }, { content: `to ${id}` }));
    await queue([flooded!, ...others], it.bus);
    for (const record of await settled(others, it.bus))
      expect(record).toMatchObject({ state: 'delivered', attempt_count: 1 });
    expect(await reached(flooded!, it.bus, () => true)).toMatchObject({
      state: 'pending',
      reason: { code: 'rate_limited' },
    });
  });
});

describe('G19: chats that the bot cannot write to', () => {
  it('a blocked chat gets nothing more until it is unblocked', async () => {
    await using it = await scene([{ id: 7 }]);
    const { bus, telegram, callsTo, texts } = it;
    telegram.say({ text: 'hello', user: 7 });
    telegram.blocks(7);
    await using _running = await delivering(it);
    const refused = ['one', 'two'].map((content) => deliveryTo({ chat_id: 7 }, { content }));
    await queue(refused, bus);
    expect((await settled(refused, bus)).map(({ state, reason }) => [state, reason?.code])).toEqual([
      ['dead', 'bot_blocked'],
      ['dead', 'target_disabled'],
    ]);
    expect(callsTo(7)).toHaveLength(1);
    telegram.unblocks(7);
    await releaseChat({ connector: 'other', chatId: '7' }, { bus });
    await releaseChat({ connector: 'bot', chatId: '8' }, { bus });
    const early = deliveryTo({ chat_id: 7 }, { content: 'too early' });
    await queue([early], bus);
    expect(await settled([early], bus)).toMatchObject([{ state: 'dead', reason: { code: 'target_disabled' } }]);
    await releaseChat({ connector: 'bot', chatId: '7' }, { bus });
    const late = deliveryTo({ chat_id: 7 }, { content: 'welcome back' });
    await queue([late], bus);
    await settled([late], bus);
    expect(texts(7)).toEqual(['welcome back']);
  });

  it('is asked each time where nobody would tell of the unblocking', async () => {
    await using it = await scene([{ id: 7 }]);
    it.telegram.say({ text: 'hello', user: 7 });
    it.telegram.blocks(7);
    await using _running = await delivering(it, { fields: { allowed_updates: ['message'] } });
    const refused = ['one', 'two'].map((content) => deliveryTo({ chat_id: 7 }, { content }));
    await queue(refused, it.bus);
    for (const record of await settled(refused, it.bus)) expect(record.reason?.code).toBe('bot_blocked');
    expect(it.callsTo(7)).toHaveLength(2);
  });
});

describe('G19: topics and replies', () => {
  it('finds the place, and says it without one rather than not at all', async () => {
    await using it = await scene([
      { id: -20, type: 'supergroup', is_forum: true },
      { id: -21, type: 'supergroup' },
    ]);
    const { bus, telegram } = it;
    telegram.say({ text: 'first', chat: -20 });
    const topic = telegram.openTopic(-20, 'Help');
    const asked = telegram.say({ text: 'question', chat: -21 }).message;
    telegram.deletes(-21, asked.message_id);
    await using _running = await delivering(it);
    const deliveries = [
      deliveryTo({ chat_id: -20, message_thread_id: 1 }, { content: 'general' }),
      deliveryTo({ chat_id: -20, message_thread_id: topic }, { content: 'topic' }),
      deliveryTo({ chat_id: -20, message_thread_id: 999 }, { content: 'no topic' }),
      deliveryTo({ chat_id: -21, message_thread_id: 31 }, { content: 'no forum' }),
      deliveryTo({ chat_id: -21, reply_to_message_id: asked.message_id }, { content: 'reply to nothing' }),
    ];
    await queue(deliveries, bus);
    for (const record of await settled(deliveries, bus)) expect(record.state).toBe('delivered');
    const threads = (chat: number) =>
      Object.fromEntries(telegram.sent(chat).map((it) => [it.text, it.message_thread_id]));
    expect(threads(-20)).toEqual({ general: undefined, topic, 'no topic': undefined });
    expect(threads(-21)).toEqual({ 'no forum': undefined, 'reply to nothing': undefined });
    expect(telegram.calls('sendMessage')).toHaveLength(7);
  });
});
