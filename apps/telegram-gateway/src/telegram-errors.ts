import type { StepOutcome } from '@trunkline/deliveries';
import type { BotFailure } from './bot-api.ts';

/** What a message can do without when Telegram takes it only so: the reply, the topic, its formatting, being shown as a photo or voice. */
export type Degradation = 'reply' | 'thread' | 'entities' | 'media';

/**
 * What a failed call means.
 *
 * - `outcome`: the step's.
 * - `degrade`: send it once more without this; `outcome` if that was tried.
 * - `migrated`: the group is a supergroup now, under this id.
 * - `gone`: the message to edit is not there, or cannot be edited; `outcome` for who has nothing to say instead.
 */
export type Meaning =
  | { means: 'outcome'; outcome: StepOutcome }
  | { means: 'degrade'; without: Degradation; outcome: StepOutcome }
  | { means: 'migrated'; to: string }
  | { means: 'gone'; outcome: StepOutcome };

type ErrorClass = 'refused' | 'blocked' | 'park' | 'already' | 'gone' | Degradation;

/** Status, words (any, if undefined), class, and how we put it. Telegram changes the case of its first letters at will. */
type Row = readonly [
  status: number,
  says: RegExp | undefined,
  is: ErrorClass,
  as: readonly [code: string, reason: string],
];

const gone = ['message_gone', 'The message to change is not there any more.'] as const;
const noRights = ['no_rights', 'The bot may not write this to the chat.'] as const;
const badButtons = ['buttons_refused', 'Telegram does not take the buttons.'] as const;
const badFile = ['file_refused', 'Telegram does not take the file.'] as const;
const badFormat = ['format_refused', 'Telegram cannot read the formatting.'] as const;
const tooLong = [
  'text_too_long',
  'The gateway made a message longer than Telegram takes: this is a bug of ours.',
] as const;

/** What Telegram says, by error code and words; the first row that fits counts (platform-facts B4). */
const table: readonly Row[] = [
  [401, undefined, 'park', ['token_refused', 'Telegram refused the bot token.']],
  [404, /method not found/i, 'refused', ['method_unknown', 'The Bot API server does not know the method.']],
  [404, undefined, 'park', ['token_refused', 'Telegram knows no bot of this token.']],
  [413, undefined, 'refused', ['file_too_large', 'The file is larger than Telegram takes.']],

  [403, /bot was blocked by the user/i, 'blocked', ['bot_blocked', 'The user has blocked the bot.']],
  [403, /user is deactivated/i, 'refused', ['user_deactivated', 'The user has deleted the account.']],
  [403, /bot was kicked/i, 'refused', ['bot_kicked', 'The bot was removed from the chat.']],
  [403, /bot is not a (participant|member)/i, 'refused', ['not_a_member', 'The bot is not a member of the chat.']],
  [403, /chat was deleted/i, 'refused', ['chat_deleted', 'The group was deleted.']],
  [
    403,
    /can't (initiate conversation|send messages)/i,
    'refused',
    ['chat_not_started', 'The bot may not write to this account first.'],
  ],
  [403, undefined, 'refused', ['forbidden', 'Telegram does not let the bot do this.']],

  [400, /message is not modified/i, 'already', ['not_modified', 'The message says this already.']],
  [400, /message to delete not found/i, 'already', ['already_deleted', 'The message is gone already.']],
  [400, /message to edit not found|MESSAGE_ID_INVALID|no text in the message to edit/i, 'gone', gone],
  [400, /message can't be edited/i, 'gone', ['message_not_editable', 'The message cannot be edited.']],
  [400, /message can't be deleted/i, 'refused', ['message_not_deletable', 'The message cannot be deleted.']],
  [
    400,
    /message to (be replied|reply) not found|reply message not found/i,
    'reply',
    ['reply_target_gone', 'The message to reply to is gone.'],
  ],
  [400, /message thread not found|TOPIC_DELETED/i, 'thread', ['thread_not_found', 'The chat has no such topic.']],
  [400, /can't parse (message |caption )?entities|ENTITY_\w+_INVALID|ENTITIES_TOO_LONG/i, 'entities', badFormat],
  [400, /PHOTO_\w+|IMAGE_PROCESS_FAILED|VOICE_MESSAGES_FORBIDDEN/i, 'media', badFile],
  [400, /(message|caption) is too long|MEDIA_CAPTION_TOO_LONG/i, 'refused', tooLong],
  [
    400,
    /(message text|text must be|message must be) (is )?(empty|non-empty)/i,
    'refused',
    ['text_empty', 'The message has no text.'],
  ],
  [400, /chat not found|PEER_ID_INVALID|user not found/i, 'refused', ['chat_not_found', 'The bot knows no such chat.']],
  [400, /upgraded to a supergroup/i, 'refused', ['chat_upgraded', 'The group became a supergroup of an unknown id.']],
  [
    400,
    /not enough rights|no rights to|need administrator rights|CHAT_\w*(FORBIDDEN|RESTRICTED)/i,
    'refused',
    noRights,
  ],
  [400, /TOPIC_CLOSED/i, 'refused', ['topic_closed', 'The topic is closed.']],
  [400, /BUTTON_\w+_INVALID|REPLY_MARKUP_TOO_LONG|inline keyboard|reply markup/i, 'refused', badButtons],
  [
    400,
    /REACTION\w*_(INVALID|EMPTY)|REACTIONS_TOO_MANY/i,
    'refused',
    ['reaction_refused', 'The chat does not take this reaction.'],
  ],
  [400, /message to react not found/i, 'refused', gone],
  [400, /file is too big|file of size/i, 'refused', ['file_too_large', 'The file is larger than Telegram takes.']],
  [400, /file must be non-empty|wrong (file|type)|wrong remote file/i, 'refused', badFile],
];

/** What became of a call, as far as Telegram says so. `repeatable`: making it twice does no harm (edits, deletions, reactions). */
export function telegramMeaning(failure: BotFailure, { repeatable }: { repeatable: boolean }): Meaning {
  if (failure.kind === 'network') {
    const facts = { code: `network_${failure.reason.toLowerCase()}`, reason: `The call failed (${failure.reason}).` };
    return lost(facts, failure.sent === 'no' || repeatable);
  }
  const { code: status, description, parameters } = failure;
  if (status === 429) return outcome({ outcome: 'retry', ...flooded, ...waitOf(failure), status });
  if (parameters.migrate_to_chat_id !== undefined)
    return { means: 'migrated', to: String(parameters.migrate_to_chat_id) };
  const facts = { code: `telegram_${status}`, reason: `Telegram answered ${status}.`, status };
  if (status >= 500) return lost(facts, repeatable);
  const found = table.find(([code, says]) => code === status && (says?.test(description) ?? true));
  return found ? classified(found) : outcome({ outcome: 'blamed', ...facts });
}

const flooded = { code: 'rate_limited', reason: 'Telegram asked for a pause.' };

/** The parameter says it; old servers say it in words only. Without either the usual delays apply. */
function waitOf({ parameters, description }: Extract<BotFailure, { kind: 'api' }>): { afterMs?: number } {
  const seconds = parameters.retry_after ?? Number(/retry after (\d{1,9})/i.exec(description)?.[1] ?? Number.NaN);
  return Number.isFinite(seconds) ? { afterMs: seconds * 1000 } : {};
}

function lost(facts: { code: string; reason: string; status?: number }, mayRepeat: boolean): Meaning {
  return outcome({ outcome: mayRepeat ? 'retry' : 'unknown', ...facts });
}

function classified([status, , is, [code, reason]]: Row): Meaning {
  const refused: StepOutcome = { outcome: 'refused', code, reason, status };
  switch (is) {
    case 'already':
      return outcome({ outcome: 'delivered', status });
    case 'blocked':
      return outcome({ ...refused, outcome: 'disable_target' });
    case 'park':
      return outcome({ ...refused, outcome: 'park' });
    case 'refused':
      return outcome(refused);
    case 'gone':
      return { means: 'gone', outcome: refused };
    case 'reply':
    case 'thread':
    case 'entities':
    case 'media':
      return { means: 'degrade', without: is, outcome: refused };
  }
}

const outcome = (it: StepOutcome): Meaning => ({ means: 'outcome', outcome: it });
