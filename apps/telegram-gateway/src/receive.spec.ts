import { BusUnavailableError, createNames } from '@trunkline/bus';
import { secretOf, Secret } from '@trunkline/secrets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receivingApp } from './testing/receiving-app.ts';
import { readyEntry } from './testing/telegram-connector.ts';

const message = { message_id: 7, date: 1767312000, chat: { id: 5, type: 'private' }, from: { id: 5 }, text: 'hi' };
const update = { update_id: 1, message };
const press = { update_id: 2, callback_query: { id: 'q1', from: { id: 5 }, message, data: 'yes' } };

describe('what Telegram is answered', () => {
  it('is 200 once the bus has the event', async () => {
    await using app = await receivingApp([readyEntry()]);
    expect(await app.send(update)).toMatchObject({ status: 200, answer: { event_id: '4242:1', status: 'accepted' } });
    expect(app.emitted).toMatchObject([
      { event: { id: '4242:1' }, idempotent: true, waitMs: 0, limit: { key: 'telegram/bot', rate: 100 } },
    ]);
  });

  it.each([
    { outcome: { outcome: 'duplicate' }, status: 200, because: 'it was stored before' },
    { outcome: { outcome: 'conflict' }, status: 200, because: 'sending it for a day would not help' },
    {
      outcome: { outcome: 'rate_limited', retryAfterMs: 1500 },
      status: 429,
      retryAfter: '2',
      because: 'it should come back',
    },
    {
      outcome: { outcome: 'bus_unavailable', retryAfterMs: 2000 },
      status: 503,
      retryAfter: '2',
      because: 'nobody knows whether it was stored',
    },
  ] as const)('is $status where $because', async ({ outcome, status, ...more }) => {
    await using app = await receivingApp([readyEntry()]);
    app.answerWith(outcome);
    const answered = await app.send(update);
    expect(answered.status).toBe(status);
    expect(answered.retryAfter).toBe('retryAfter' in more ? more.retryAfter : null);
  });

  it.each([
    {
      body: { update_id: 1, message: { ...message, chat: { id: 6, type: 'private' } } },
      code: 'chat_not_allowed',
      because: 'the chat is not ours',
    },
    { body: { update_id: 1, poll_answer: {} }, code: 'update_unsupported', because: 'its kind becomes no event' },
    { body: { update_id: 1, message: { chat: 'x' } }, code: 'update_unreadable', because: 'it is poison' },
    {
      body: '{"update_id":1,"message":{"text":"\ud800',
      code: 'update_unreadable',
      because: 'it is poison that is no JSON even',
    },
    {
      body: `{"update_id":1,"message":${'['.repeat(70)}${']'.repeat(70)}}`,
      code: 'update_unreadable',
      because: 'it is nested too deeply',
    },
  ])('is 200 where $because: it is noted, nothing else of the chat waits', async ({ body, code }) => {
    await using app = await receivingApp([readyEntry({ allowed_chat_ids: [5] })]);
    expect(await app.send(body)).toMatchObject({ status: 200, answer: { status: 'ignored' } });
    expect(app.ledger).toMatchObject([
      { subject: 'tl.ledger.ignored.telegram.bot', data: { event_id: '4242:1', reason: { code } } },
    ]);
    expect(app.emitted).toEqual([]);
  });

  it.each([
    { body: { message }, because: 'there is no id' },
    { body: 'hello', because: 'it is no JSON' },
    { body: { update_id: 'one' }, because: 'the id is none' },
  ])('is 400 where $because', async ({ body }) => {
    await using app = await receivingApp([readyEntry()]);
    expect((await app.send(body)).status).toBe(400);
    expect(app.ledger).toEqual([]);
  });

  it('is 503 when not even a note can be kept', async () => {
    const append = () => Promise.reject(new BusUnavailableError('The ledger', undefined));
    await using broken = await receivingApp([readyEntry()], { bus: { names: createNames('tl'), append } });
    expect(await broken.send({ update_id: 1, poll_answer: {} })).toMatchObject({ status: 503, retryAfter: '1' });
  });
});

describe('who may post', () => {
  const polling = { ingress_mode: 'polling' };
  const rotated = { secret_token: [secretOf('new'), new Secret('old', { validUntil: Date.now() + 60_000 })] };
  const expired = { secret_token: [secretOf('new'), new Secret('old', { validUntil: Date.now() - 1 })] };
  const open = { secret_token: undefined, allow_unauthenticated_ingress: true };

  it.each([
    { entry: readyEntry(), secret: 'right', status: 200, because: 'the secret is right' },
    { entry: readyEntry(), secret: 'wrong', status: 401, because: 'it is wrong' },
    { entry: readyEntry(), secret: '', status: 401, because: 'there is none' },
    { entry: readyEntry({}, rotated), secret: 'old', status: 200, because: 'the old secret still counts' },
    { entry: readyEntry({}, rotated), secret: 'new', status: 200, because: 'the new one counts already' },
    { entry: readyEntry({}, expired), secret: 'old', status: 401, because: 'the old secret has expired' },
    {
      entry: readyEntry({}, { secret_token: [] }),
      secret: '',
      status: 401,
      because: 'a secret without value lets nobody in',
    },
    { entry: readyEntry(open), secret: '', status: 200, because: 'the connector asks for nothing' },
    {
      entry: readyEntry({ ...open, ...polling }),
      secret: '',
      status: 401,
      because: 'a polling connector is called by nobody',
    },
    {
      entry: readyEntry(polling),
      secret: 'right',
      status: 200,
      because: 'posts may be under way when the mode changes',
    },
  ])('$status: $because', async ({ entry, secret, status }) => {
    await using app = await receivingApp([entry]);
    expect((await app.send(update, { secret })).status).toBe(status);
    expect(app.emitted.length).toBe(status === 200 ? 1 : 0);
    expect(app.ledger).toEqual([]);
  });

  it('takes only JSON where it asks for nothing, which a web page cannot send', async () => {
    await using app = await receivingApp([readyEntry(open)]);
    expect((await app.send(update, { type: 'text/plain' })).status).toBe(415);
    expect(app.emitted).toEqual([]);
  });

  it('finds no connector of another name', async () => {
    await using app = await receivingApp([readyEntry()]);
    expect((await app.send(update, { name: 'other' })).status).toBe(404);
  });

  it('reads no body above 2 MiB', async () => {
    await using app = await receivingApp([readyEntry()]);
    expect((await app.send(Buffer.alloc(2 * 1024 * 1024 + 1, ' '))).status).toBe(413);
  });
});

describe('presses of buttons', () => {
  it('are answered when they are stored, also when they become no event', async () => {
    await using app = await receivingApp([readyEntry({ allowed_chat_ids: [6] })]);
    await app.send(press);
    expect(app.pressed).toEqual(['q1']);
  });

  it('are not answered before: Telegram brings them again', async () => {
    await using app = await receivingApp([readyEntry()]);
    app.answerWith({ outcome: 'bus_unavailable', retryAfterMs: 1 });
    await app.send(press);
    expect(app.pressed).toEqual([]);
    app.answerWith({ outcome: 'stored' });
    await app.send(press);
    expect(app.pressed).toEqual(['q1']);
  });
});

it('a press brings back a value that was too long for Telegram, under the label of its button', async () => {
  const data = `h:${'x'.repeat(22)}`;
  const keyboard = { inline_keyboard: [[{ text: 'Go', callback_data: data }]] };
  const press = {
    update_id: 9,
    callback_query: { id: 'q2', from: message.from, message: { ...message, reply_markup: keyboard }, data },
  };
  const heldValue = (asked: string) => Promise.resolve(asked === data ? 'a very long value' : undefined);
  await using app = await receivingApp([readyEntry()], { heldValue });
  await app.send(press);
  expect(app.emitted[0]?.event.data.content).toMatchObject({ buttons: [{ label: 'Go', value: 'a very long value' }] });
});

it.each([
  {
    before: 'kicked',
    after: 'member',
    chat: { id: 7, type: 'private' },
    released: true,
    because: 'the person is back',
  },
  { before: 'left', after: 'member', chat: { id: -4, type: 'group' }, released: true, because: 'the bot is in again' },
  { before: 'member', after: 'kicked', chat: { id: 7, type: 'private' }, released: false, because: 'it was blocked' },
])('deliveries to a chat go on: $released, $because', async ({ before, after, chat, released }) => {
  const freed: object[] = [];
  const release = (one: object) => Promise.resolve(void freed.push(one));
  await using app = await receivingApp([readyEntry()], { release });
  const update = {
    chat,
    from: message.from,
    date: 1,
    old_chat_member: { status: before },
    new_chat_member: { status: after },
  };
  await app.send({ update_id: 10, my_chat_member: update });
  expect(freed).toEqual(released ? [{ connector: 'bot', chatId: String(chat.id) }] : []);
});

describe('a chat with another id', () => {
  const toNew = { update_id: 3, message: { ...message, chat: { id: -4, type: 'group' }, migrate_to_chat_id: -100 } };
  const inNew = { update_id: 4, message: { ...message, chat: { id: -100, type: 'supergroup' } } };

  it('stays allowed: the move is remembered before it is stored', async () => {
    const moves: object[] = [];
    const chatMoves = {
      formerIds: (_name: string, id: string) => (moves.length > 0 && id === '-100' ? ['-4'] : []),
      remember: (move: object) => Promise.resolve(void moves.push(move)),
    };
    await using app = await receivingApp([readyEntry({ allowed_chat_ids: [-4] })], { chatMoves });
    expect((await app.send(inNew)).answer['status']).toBe('ignored');
    expect((await app.send(toNew)).answer['status']).toBe('accepted');
    expect((await app.send(inNew)).answer['status']).toBe('accepted');
    expect(moves).toEqual([{ connector: 'bot', from: '-4', to: '-100' }]);
  });
});

it('fuzz: no body makes an error of ours, and none is stored unread', async () => {
  await using app = await receivingApp([readyEntry({ require_mention: true })]);
  const kinds = [
    'message',
    'edited_message',
    'channel_post',
    'callback_query',
    'message_reaction',
    'my_chat_member',
    'stopped_message_generation',
  ];
  const like = fc.record({ update_id: fc.nat(), kind: fc.constantFrom(...kinds), said: fc.jsonValue({ maxDepth: 4 }) });
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json(),
    like.map(({ update_id, kind, said }) => JSON.stringify({ update_id, [kind]: said })),
    like.map(({ update_id, kind }) => JSON.stringify({ update_id, [kind]: message })),
    fc.string().map((text) => `{"update_id": 5, ${text}`),
  );
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      expect((await app.send(sent)).status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
  expect(app.errors).toEqual([]);
});

it('says nothing of what was said in its log', async () => {
  await using app = await receivingApp([readyEntry()]);
  await app.send({ update_id: 1, message: { ...message, text: 'private words' } });
  await app.send({ update_id: 1, message: { ...message, text: ['private words'] } });
  expect(JSON.stringify([app.logged, app.errors, app.ledger])).not.toContain('private');
});
