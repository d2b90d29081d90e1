import { readdirSync, readFileSync } from 'node:fs';
import { readEvent } from '@trunkline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize, type Bot } from './normalize.ts';
import { telegramConnector } from './testing/telegram-connector.ts';
import type { IdentifiedUpdate } from './update-payload.ts';

const deps = { now: () => Date.UTC(2026, 0, 2) };
const folder = new URL('../fixtures/', import.meta.url);
const helper: Bot = { id: '4242', username: 'Helper_Bot' };

interface Case {
  connector?: object;
  update: IdentifiedUpdate;
}

const load = (name: string): Case => JSON.parse(readFileSync(new URL(`${name}.update.json`, folder), 'utf8'));

const translate = ({ connector, update }: Case, bot: Bot = helper) =>
  normalize(update, { config: telegramConnector(connector), bot }, deps);

/** What became of it: the type of an event, else why there is none. */
function verdict(given: Case, bot?: Bot): string {
  const result = translate(given, bot);
  return result.outcome === 'event' ? result.draft.event.type : result.code;
}

const draftIn = (given: Case, bot?: Bot) => {
  const result = translate(given, bot);
  if (result.outcome !== 'event') throw new Error(result.code);
  return result.draft;
};

describe('fixtures', () => {
  const names = readdirSync(folder).flatMap((file) => /^(.*)\.update\.json$/.exec(file)?.[1] ?? []);

  it.each(names)('%s', async (name) => {
    const result = translate(load(name));
    if (result.outcome === 'event') expect(readEvent(result.draft.event)).toMatchObject({ ok: true });
    const shown = result.outcome === 'event' ? { ...result, draft: result.draft.event } : result;
    await expect(`${JSON.stringify(shown, null, 2)}\n`).toMatchFileSnapshot(`../fixtures/${name}.event.json`);
  });
});

describe('what tells one event from another', () => {
  it('is the bot and the update: a repeat is the same event', () => {
    const first = draftIn(load('text'));
    expect(draftIn(load('text'))).toEqual(first);
    expect(first.event.id).toBe('4242:810000001');
  });

  it('is the name of the connector where there is no token', () => {
    expect(draftIn(load('text'), {}).event.id).toBe('bot:810000001');
  });

  it('is the move itself for a migration: both messages tell of one event', () => {
    const [to, from] = [draftIn(load('migration-to')), draftIn(load('migration-from'))];
    expect(from.event.id).toBe(to.event.id);
    expect(from.fingerprint).toBe(to.fingerprint);
    expect(from.event.subject).toBe('telegram:bot:-1001234567890');
    expect(to.event.data.binding_keys.map(({ key }) => key)).toEqual([
      'telegram:bot:-1001234567890',
      'telegram:bot:-4004',
      'team',
    ]);
  });

  it('is not the configuration, nor whether the name of the bot is known', () => {
    const { update } = load('command');
    const { fingerprint } = draftIn({ update });
    const other = { session_scope: 'user', include_self_output: false, additional_binding_keys: ['x'] };
    expect(draftIn({ update, connector: other }).fingerprint).toBe(fingerprint);
    expect(draftIn({ update }, { id: '4242' }).fingerprint).toBe(fingerprint);
  });

  it('is what was said', () => {
    const { update } = load('text');
    const changed = { ...update, message: { ...(update['message'] as object), text: 'other' } };
    expect(draftIn({ update: changed }).fingerprint).not.toBe(draftIn({ update }).fingerprint);
  });
});

describe('while the name of the bot is not known', () => {
  it.each([
    { name: 'command-other-bot', verdict: 'trunkline.command.invoked', because: 'it may be the name in the command' },
    { name: 'group-mention', verdict: 'trunkline.message.created', because: 'one mention too many is no harm' },
    { name: 'group-unaddressed', verdict: 'not_addressed', because: 'nobody was addressed' },
    { name: 'group-reply-to-bot', verdict: 'trunkline.message.created', because: 'the id comes from the token' },
  ])('$name: $because', ({ name, verdict: expected }) => {
    expect(verdict(load(name), { id: '4242' })).toBe(expected);
  });
});

const inGroup = (message: object) => ({
  connector: { require_mention: true },
  update: {
    update_id: 1,
    message: { message_id: 2, date: 1, chat: { id: -1, type: 'supergroup' }, from: { id: 5 }, ...message },
  },
});

describe('require_mention', () => {
  it.each([
    {
      message: { text: '@other_bot hi', entities: [{ type: 'mention', offset: 0, length: 10 }] },
      passes: false,
      because: 'another bot is mentioned',
    },
    {
      message: { text: '@helper_bot hi', entities: [{ type: 'mention', offset: 0, length: 11 }] },
      passes: true,
      because: 'names have no case',
    },
    { message: { text: '@helper_bot hi' }, passes: false, because: 'Telegram marks what is a mention' },
    {
      message: { caption: '@helper_bot', caption_entities: [{ type: 'mention', offset: 0, length: 11 }] },
      passes: true,
      because: 'captions count',
    },
    {
      message: { text: 'Helper!', entities: [{ type: 'text_mention', offset: 0, length: 6, user: { id: 4242 } }] },
      passes: true,
      because: 'it is named by id',
    },
    {
      message: { text: 'x', reply_to_message: { message_id: 1, from: { id: 9 } } },
      passes: false,
      because: 'it answers somebody else',
    },
    {
      message: {
        text: 'x',
        message_thread_id: 1,
        is_topic_message: true,
        reply_to_message: { message_id: 1, from: { id: 4242 } },
      },
      passes: false,
      because: 'everything in a topic answers the message that opened it',
    },
    {
      message: { text: 'x', chat: { id: 5, type: 'private' } },
      passes: true,
      because: 'in a private chat everything is for the bot',
    },
  ])('$because', ({ message, passes }) => {
    const content = { text: undefined, ...message };
    expect(verdict(inGroup(content))).toBe(passes ? 'trunkline.message.created' : 'not_addressed');
  });
});

it('never throws for a JSON value with an id, and gives events that are valid', () => {
  const kinds = ['message', 'edited_message', 'channel_post', 'callback_query', 'message_reaction', 'my_chat_member'];
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const entity = fc.record({
    type: fc.constantFrom(
      'bold',
      'italic',
      'code',
      'pre',
      'blockquote',
      'text_link',
      'mention',
      'bot_command',
      'strikethrough',
      'url',
    ),
    offset: fc.nat(30),
    length: fc.nat(30),
    url: text,
  });
  const message = fc.record(
    {
      message_id: fc.nat(),
      date: fc.nat(),
      chat: fc.record({ id: fc.integer(), type: fc.constantFrom('private', 'group', 'supergroup', 'channel') }),
      text,
      entities: fc.array(entity, { maxLength: 6 }),
      from: fc.record({ id: fc.nat() }),
      dice: fc.anything(),
    },
    { requiredKeys: ['message_id', 'date', 'chat'] },
  );
  const update = fc.record({
    update_id: fc.nat(),
    kind: fc.constantFrom(...kinds),
    said: fc.oneof(message, fc.jsonValue()),
  });
  fc.assert(
    fc.property(update, ({ update_id, kind, said }) => {
      const result = translate({ update: { update_id, [kind]: said } });
      if (result.outcome === 'event')
        expect(readEvent(JSON.parse(JSON.stringify(result.draft.event)))).toMatchObject({ ok: true });
    }),
    { numRuns: 2000 },
  );
});
