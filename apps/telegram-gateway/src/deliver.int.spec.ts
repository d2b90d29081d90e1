import type { Bus } from '@trunkline/bus';
import type { Output } from '@trunkline/events';
import {
  startFakeTelegram,
  startNats,
  type FakeTelegram,
  type NatsServer,
  type TelegramFaultRule,
} from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldValueKey } from './render-buttons.ts';
import { delivering, deliveryTo, freshBus, queue, reached, settled } from './testing/delivering.ts';

let nats: NatsServer;
let bus: Bus;
beforeAll(async () => {
  nats = await startNats();
  bus = await freshBus(nats.url);
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

async function talking(): Promise<FakeTelegram> {
  const telegram = await startFakeTelegram({ chats: [{ id: 7 }] });
  telegram.say({ text: 'hello', user: 7 });
  return telegram;
}

const texts = (telegram: FakeTelegram) => telegram.sent(7).map(({ text }) => text);

async function say(output: Partial<Output>) {
  const delivery = deliveryTo({ chat_id: 7 }, output);
  await queue([delivery], bus);
  const [record] = await settled([delivery], bus);
  return record;
}

describe('a call whose outcome nobody knows', () => {
  const faults: TelegramFaultRule['fault'][] = ['reset_after_commit', { kind: 'server_error', committed: true }];

  it.each(faults)('%o: is shown to people, not repeated', async (fault) => {
    await using telegram = await talking();
    telegram.faults.add({ method: 'sendMessage', fault });
    await using _running = await delivering({ bus, telegram }, { onUnknown: 'surface' });
    expect(await say({ content: 'once' })).toMatchObject({ state: 'unknown' });
    expect(await say({ content: 'next' })).toMatchObject({ state: 'delivered' });
    expect(texts(telegram)).toEqual(['once', 'next']);
  });

  it.each(faults)('%o: is repeated exactly once where the connector wants that', async (fault) => {
    await using telegram = await talking();
    telegram.faults.add({ method: 'sendMessage', fault });
    await using _running = await delivering({ bus, telegram }, { onUnknown: 'resend' });
    expect(await say({ content: 'twice' })).toMatchObject({ state: 'delivered', attempt_count: 2 });
    expect(texts(telegram)).toEqual(['twice', 'twice']);
  });

  it('an edit is made again, whatever the connector wants', async () => {
    await using telegram = await talking();
    await using _running = await delivering({ bus, telegram }, { onUnknown: 'surface' });
    await say({ output_id: 'edited', content: 'before' });
    telegram.faults.add({ method: 'editMessageText', fault: 'reset_after_commit' });
    expect(await say({ edit_of: 'edited', content: 'after' })).toMatchObject({ state: 'delivered', attempt_count: 2 });
    expect(texts(telegram)).toEqual(['after']);
  });
});

describe('edits and deletions', () => {
  it('replace message by message, take back what is left over, and say anew what is gone', async () => {
    await using telegram = await talking();
    await using _running = await delivering({ bus, telegram });
    const parts = (...said: string[]) => said.map((text) => ({ type: 'text' as const, text }));
    await say({ output_id: 'long', parts: parts('one', 'two', 'three') });
    await say({ output_id: 'shorter', edit_of: 'long', parts: parts('1', '2') });
    expect(texts(telegram)).toEqual(['1', '2']);
    telegram.deletes(7, telegram.sent(7)[1]!.message_id);
    await say({ output_id: 'again', edit_of: 'shorter', parts: parts('I', 'II', 'III') });
    expect(texts(telegram)).toEqual(['I', 'II', 'III']);
    expect(await say({ edit_of: 'again', parts: parts('I', 'II', 'III') })).toMatchObject({ state: 'delivered' });
    expect(await say({ delete_of: 'again' })).toMatchObject({ state: 'delivered' });
    expect(texts(telegram)).toEqual([]);
    expect(await say({ delete_of: 'never heard of' })).toMatchObject({
      state: 'dead',
      reason: { code: 'output_unknown' },
    });
  });

  it('reactions are set on the message that is named', async () => {
    await using telegram = await talking();
    const { message_id } = telegram.say({ text: 'nice', user: 7 }).message;
    await using _running = await delivering({ bus, telegram });
    expect(await say({ reaction: { name: 'tada', on: String(message_id) } })).toMatchObject({ state: 'delivered' });
    expect(await say({ reaction: { name: '🥸', on: String(message_id) } })).toMatchObject({
      state: 'dead',
      reason: { code: 'reaction_refused' },
    });
    expect(telegram.calls('setMessageReaction')[0]?.args).toMatchObject({ message_id });
  });
});

describe('files and buttons', () => {
  it('go in the form that suits them, with their captions', async () => {
    await using telegram = await talking();
    await using _running = await delivering({ bus, telegram });
    await bus
      .objects('assets')
      .put('ast_1', { bytes: Buffer.from('%PDF'), mediaType: 'application/pdf', fileName: 'kept.pdf' });
    const inline = (media_type: string) => ({ type: 'attachment' as const, content_base64: 'aGVsbG8=', media_type });
    const record = await say({
      parts: [
        { ...inline('image/png'), caption: 'a **picture**' },
        { type: 'attachment', asset_id: 'ast_1' },
        inline('audio/ogg; codecs=opus'),
        { ...inline('video/mp4'), caption: 'c'.repeat(1025) },
      ],
    });
    expect(record).toMatchObject({ state: 'delivered', attempt_count: 5 });
    const sent = telegram.sent(7);
    expect(
      sent.map((it) => Object.keys(it).find((key) => ['photo', 'document', 'voice', 'video', 'text'].includes(key))),
    ).toEqual(['photo', 'document', 'voice', 'video', 'text']);
    expect(sent[0]).toMatchObject({ caption: 'a picture', caption_entities: [{ type: 'bold' }] });
    expect(sent[1]).toMatchObject({ document: { file_name: 'kept.pdf' } });
  });

  it('a picture that Telegram does not take as one goes as a document', async () => {
    await using telegram = await talking();
    telegram.faults.add({
      method: 'sendPhoto',
      fault: { kind: 'error', code: 400, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' },
    });
    await using _running = await delivering({ bus, telegram });
    await say({ parts: [{ type: 'attachment', content_base64: 'aGVsbG8=', file_name: 'wide.png' }] });
    expect(telegram.sent(7)).toMatchObject([{ document: { file_name: 'wide.png' } }]);
  });

  it.each([
    { part: { asset_id: 'ast_missing' }, code: 'asset_not_found' },
    { part: { url: 'http://127.0.0.1:9/private' }, code: 'file_address_not_allowed' },
    { part: { content_base64: '' }, code: 'file_empty' },
  ])('a file that cannot be had is refused: $code', async ({ part, code }) => {
    await using telegram = await talking();
    await using _running = await delivering({ bus, telegram });
    expect(await say({ parts: [{ type: 'attachment', ...part }] })).toMatchObject({ state: 'dead', reason: { code } });
    expect(telegram.calls()).toEqual([]);
  });

  it('a long value of a button is kept for when it is pressed', async () => {
    await using telegram = await talking();
    await using _running = await delivering({ bus, telegram });
    const value = JSON.stringify({ approve: 'x'.repeat(100) });
    await say({ content: 'Sure?', parts: [{ type: 'buttons', rows: [[{ label: 'Yes', value }]] }] });
    const button = telegram.sent(7)[0]?.reply_markup?.inline_keyboard[0]?.[0];
    const key = heldValueKey(button?.callback_data ?? '');
    expect((await bus.bucket('state').get(key ?? 'none'))?.value).toEqual({ v: 1, value });
  });
});

describe('a token that counts for nothing', () => {
  it('parks the deliveries of its connector', async () => {
    await using telegram = await talking();
    telegram.revoke();
    await using _running = await delivering({ bus, telegram });
    const delivery = deliveryTo({ chat_id: 7 }, { content: 'x' });
    await queue([delivery], bus);
    const record = await reached(delivery, bus, ({ state }) => state === 'parked');
    expect(record.reason?.code).toBe('token_refused');
  });
});
