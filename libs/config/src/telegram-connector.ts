import { replyTargetSchema, type ReplyHandle } from '@trunkline/events';
import { z } from 'zod';
import { baseShape } from './base-connector.ts';
import { defineKind } from './define-kind.ts';
import { idList, numberIdList, wholeNumber } from './field-schemas.ts';
import { refuseBadTargets, replyHandles } from './reply-target-list.ts';
import { joinSecrets, secretTriple, type WithSecrets } from './secret-field.ts';
import { warnAboutSecrets } from './secret-warnings.ts';
import { warnAboutStrangeNames } from './strange-names.ts';
import { baseUrl } from './url-rules.ts';

const kind = 'telegram';
const secretFields = ['bot_token', 'secret_token'] as const;
const usualUpdates = [
  'message',
  'edited_message',
  'channel_post',
  'callback_query',
  'message_reaction',
  'my_chat_member',
  // Without it nobody who watches an answer grow can stop it.
  'stopped_message_generation',
];

/** What a user writes for one connector of this kind. Rules across fields are in `telegramKind`. */
export const telegramSchema = z.strictObject({
  ...baseShape({ eventsPerSecond: 100, onUnknown: 'surface' }),
  ...secretTriple('bot_token', { kind, about: 'Bot token; required by polling' }),
  ...secretTriple('secret_token', {
    kind,
    about: 'What Telegram sends back in its secret header',
    inline: {
      pattern: /^[A-Za-z0-9_-]{1,256}$/,
      wanted: 'in 1 to 256 of A-Z a-z 0-9 _ -, which is what Telegram takes',
    },
  }),
  api_base_url: baseUrl().default('https://api.telegram.org').describe('Where the Bot API is.'),
  ingress_mode: z.enum(['webhook', 'polling']).default('webhook').describe('Telegram calls us, or we ask Telegram.'),
  polling_timeout_seconds: wholeNumber(1, 50)
    .default(30)
    .describe('How long one question to Telegram waits for updates.'),
  include_self_output: z.boolean().optional().meta({
    description: 'Answers go back to where the event came from.',
    'x-default': 'true where there is a bot token',
  }),
  additional_reply_targets: z.array(replyTargetSchema).prefault([]).describe('Where answers go as well.'),
  additional_binding_keys: idList().describe('What sessions of this connector are bound to as well.'),
  public_url: baseUrl()
    .refine((url) => /^https:/i.test(url), 'must be an https URL')
    .optional()
    .describe('Registers the webhook under this URL and repairs it.'),
  allowed_updates: idList().default(usualUpdates.toSorted()).describe('Kinds of update that Telegram is asked for.'),
  allowed_chat_ids: numberIdList().describe('Chats, ingress and egress. Empty: all.'),
  session_scope: z
    .enum(['chat', 'topic', 'user'])
    .default('topic')
    .describe('What shares a session. `topic`: chat, and its topic where there is one.'),
  require_mention: z.boolean().default(false).describe('In groups: only commands, mentions and replies to the bot.'),
  format: z.enum(['markdown', 'html', 'plain']).default('markdown').describe('What the text of outputs is written in.'),
});

type TelegramWire = z.output<typeof telegramSchema>;
type TelegramSecret = (typeof secretFields)[number];
type Replaced = 'additional_reply_targets' | 'include_self_output';

/** A Telegram bot. */
export type TelegramConnector = Omit<WithSecrets<TelegramWire, TelegramSecret>, Replaced> & {
  kind: 'telegram';
  additional_reply_targets: ReplyHandle[];
  include_self_output: boolean;
};

/** Reads `[[telegram_connectors]]`. */
export const telegramKind = defineKind<typeof kind, typeof telegramSchema, TelegramConnector>({
  kind,
  schema: telegramSchema,
  secretFields,
  check(draft) {
    const { wire, has, hasSecret, refuse, warn } = draft;
    warnAboutSecrets(draft, secretFields);
    refuseBadTargets(draft, { kind, field: 'additional_reply_targets' });
    warnAboutStrangeNames(draft, { field: 'allowed_updates', known: knownUpdates });
    const unverified = wire.ingress_mode === 'webhook' && !hasSecret('secret_token');
    if (unverified && wire.allow_unauthenticated_ingress === false) {
      refuse([], 'webhook needs secret_token, or allow_unauthenticated_ingress = true');
    }
    if (wire.ingress_mode === 'polling' && has('public_url')) warn(['public_url'], 'has no effect with polling');
    if (hasSecret('bot_token')) return;
    if (wire.ingress_mode === 'polling') refuse([], 'polling needs bot_token');
    if (wire.include_self_output) refuse(['include_self_output'], 'needs bot_token');
    if (wire.ingress_mode === 'webhook' && has('public_url')) refuse(['public_url'], 'needs bot_token');
  },
  finish(wire) {
    const connector = joinSecrets(wire, secretFields);
    return {
      kind,
      ...connector,
      include_self_output: wire.include_self_output ?? connector.bot_token !== undefined,
      additional_reply_targets: replyHandles(wire.additional_reply_targets, { kind, name: wire.name }),
    };
  },
});

const knownUpdates = [
  ...usualUpdates,
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
];
