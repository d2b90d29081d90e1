import { expect, it } from 'vitest';
import type { BotFailure, ResponseParameters } from './bot-api.ts';
import { telegramMeaning } from './telegram-errors.ts';

const api = (code: number, description: string, parameters: ResponseParameters = {}): BotFailure => ({
  ok: false,
  kind: 'api',
  code,
  description,
  parameters,
});

/** What it comes to in a word or two: how the step ends, or what is tried instead. */
function verdict(failure: BotFailure, repeatable = false): string {
  const meaning = telegramMeaning(failure, { repeatable });
  if (meaning.means === 'migrated') return `migrated ${meaning.to}`;
  const { outcome } = meaning;
  const end = `${outcome.outcome}${'code' in outcome ? ` ${outcome.code}` : ''}`;
  if (meaning.means === 'degrade') return `without ${meaning.without}, else ${end}`;
  return meaning.means === 'gone' ? `gone, else ${end}` : end;
}

it.each([
  [403, 'Forbidden: bot was blocked by the user', 'disable_target bot_blocked'],
  [403, 'Forbidden: user is deactivated', 'refused user_deactivated'],
  [403, 'Forbidden: bot was kicked from the group chat', 'refused bot_kicked'],
  [403, 'Forbidden: bot was kicked from the supergroup chat', 'refused bot_kicked'],
  [403, 'Forbidden: bot was kicked from the channel chat', 'refused bot_kicked'],
  [403, 'Forbidden: bot is not a member of the supergroup chat', 'refused not_a_member'],
  [403, 'Forbidden: bot is not a member of the channel chat', 'refused not_a_member'],
  [403, 'Forbidden: the group chat was deleted', 'refused chat_deleted'],
  [403, "Forbidden: bot can't initiate conversation with a user", 'refused chat_not_started'],
  [403, 'Forbidden: something new', 'refused forbidden'],
  [400, 'Bad Request: chat not found', 'refused chat_not_found'],
  [400, 'Bad Request: message is not modified: specified new message content is the same', 'delivered'],
  [400, 'Bad Request: message to delete not found', 'delivered'],
  [400, 'Bad Request: message to edit not found', 'gone, else refused message_gone'],
  [400, "Bad Request: message can't be edited", 'gone, else refused message_not_editable'],
  [400, 'Bad Request: there is no text in the message to edit', 'gone, else refused message_gone'],
  [400, "Bad Request: message can't be deleted for everyone", 'refused message_not_deletable'],
  [400, 'Bad Request: message to be replied not found', 'without reply, else refused reply_target_gone'],
  [400, 'Bad Request: message thread not found', 'without thread, else refused thread_not_found'],
  [
    400,
    "Bad Request: can't parse entities: Character '.' is reserved",
    'without entities, else refused format_refused',
  ],
  [400, "Bad Request: Can't parse entities: Unsupported start tag", 'without entities, else refused format_refused'],
  [400, 'Bad Request: PHOTO_INVALID_DIMENSIONS', 'without media, else refused file_refused'],
  [400, 'Bad Request: message is too long', 'refused text_too_long'],
  [400, 'Bad Request: message caption is too long', 'refused text_too_long'],
  [400, 'Bad Request: message text is empty', 'refused text_empty'],
  [400, 'Bad Request: not enough rights to send text messages to the chat', 'refused no_rights'],
  [400, 'Bad Request: CHAT_WRITE_FORBIDDEN', 'refused no_rights'],
  [400, 'Bad Request: TOPIC_CLOSED', 'refused topic_closed'],
  [400, 'Bad Request: BUTTON_DATA_INVALID', 'refused buttons_refused'],
  [400, 'Bad Request: REACTION_INVALID', 'refused reaction_refused'],
  [400, 'Bad Request: file is too big', 'refused file_too_large'],
  [400, 'Bad Request: group chat was upgraded to a supergroup chat', 'refused chat_upgraded'],
  [400, 'Bad Request: nobody has heard of this', 'blamed telegram_400'],
  [401, 'Unauthorized', 'park token_refused'],
  [404, 'Not Found', 'park token_refused'],
  [404, 'Not Found: method not found', 'refused method_unknown'],
  [413, 'Request Entity Too Large', 'refused file_too_large'],
  [409, 'Conflict: whatever', 'blamed telegram_409'],
])('%i %s: %s', (code, description, expected) => {
  expect(verdict(api(code, description))).toBe(expected);
});

it('follows a group to its new id', () => {
  const failure = api(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
    migrate_to_chat_id: -100123,
  });
  expect(verdict(failure)).toBe('migrated -100123');
});

it.each([
  {
    failure: api(429, 'Too Many Requests: retry after 7', { retry_after: 9 }),
    afterMs: 9_000,
    because: 'of the parameter',
  },
  { failure: api(429, 'Too Many Requests: retry after 7'), afterMs: 7_000, because: 'of the words' },
  { failure: api(429, 'Too Many Requests'), afterMs: undefined, because: 'nothing is said' },
])('waits $afterMs ms since $because', ({ failure, afterMs }) => {
  const meaning = telegramMeaning(failure, { repeatable: false });
  expect(meaning).toMatchObject({ outcome: { outcome: 'retry', code: 'rate_limited' } });
  expect(meaning.means === 'outcome' && meaning.outcome.outcome === 'retry' && meaning.outcome.afterMs).toBe(afterMs);
});

it.each<{ failure: BotFailure; send: string; edit: string }>([
  { failure: api(500, 'Internal Server Error'), send: 'unknown telegram_500', edit: 'retry telegram_500' },
  {
    failure: { ok: false, kind: 'network', sent: 'maybe', reason: 'unreadable' },
    send: 'unknown network_unreadable',
    edit: 'retry network_unreadable',
  },
  {
    failure: { ok: false, kind: 'network', sent: 'no', reason: 'ECONNREFUSED' },
    send: 'retry network_econnrefused',
    edit: 'retry network_econnrefused',
  },
])('$failure: a send is $send, an edit is $edit', ({ failure, send, edit }) => {
  expect([verdict(failure), verdict(failure, true)]).toEqual([send, edit]);
});
