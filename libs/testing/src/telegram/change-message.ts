import { badRequest } from './api-error.ts';
import { reactionsSchema } from './args.ts';
import { messageIn, type ChatState } from './chat-state.ts';
import { seenBy } from './file-store.ts';
import { captionFields, captionText, messageText, textFields } from './formatted-text.ts';
import type { MethodCall } from './method-call.ts';
import type { TelegramMessage } from './message.ts';
import { writableChat } from './reach-chat.ts';
import { inlineKeyboard } from './reply-markup.ts';
import { seconds } from './world.ts';

export function editMessageText(call: MethodCall): TelegramMessage {
  const { chat, message } = ownMessage(call);
  const content = textFields(messageText(call.args));
  if (message.text === undefined) throw badRequest('there is no text in the message to edit');
  const { text: _text, entities: _entities, reply_markup: _markup, ...rest } = message;
  return replace(call, { chat, message }, { ...rest, ...content, ...markupOf(call) });
}

export function editMessageCaption(call: MethodCall): TelegramMessage {
  const { chat, message } = ownMessage(call);
  const content = captionFields(captionText(call.args));
  if (message.text !== undefined) throw badRequest('there is no caption in the message to edit');
  const { caption: _caption, caption_entities: _entities, reply_markup: _markup, ...rest } = message;
  return replace(call, { chat, message }, { ...rest, ...content, ...markupOf(call) });
}

export function editMessageReplyMarkup(call: MethodCall): TelegramMessage {
  const { chat, message } = ownMessage(call);
  const { reply_markup: _markup, ...rest } = message;
  return replace(call, { chat, message }, { ...rest, ...markupOf(call) });
}

export function deleteMessage(call: MethodCall): true {
  const chat = writableChat(call.world, call.bot, call.args);
  const message = messageIn(chat, call.args.int('message_id'), 'message to delete not found');
  const old = seconds(call.world) - message.date > 48 * 3600;
  const mayDelete = message.from?.id === call.bot.profile.id || chat.bots.get(call.bot.profile.id) === 'administrator';
  if ((!mayDelete && chat.info.type !== 'private') || old) throw badRequest("message can't be deleted");
  chat.messages.delete(message.message_id);
  return true;
}

export function setMessageReaction(call: MethodCall): true {
  const { world, bot, args } = call;
  const chat = writableChat(world, bot, args);
  const message = messageIn(chat, args.int('message_id'), 'message to react not found');
  const reactions = args.json('reaction', reactionsSchema, "can't parse reaction types JSON object") ?? [];
  if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  for (const { type, emoji } of reactions) {
    if (type === 'emoji' && !allowedEmoji.includes(emoji ?? '')) throw badRequest('REACTION_INVALID');
  }
  const ofMessage = chat.reactions.get(message.message_id) ?? new Map();
  chat.reactions.set(message.message_id, ofMessage.set(bot.profile.id, reactions));
  return true;
}

/** Some of the emoji that bots may react with. */
const allowedEmoji = [
  ...'👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝🤗🫡🎅🎄💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡',
  '❤',
  '✍',
  '☃',
];

function ownMessage({ world, bot, args }: MethodCall): { chat: ChatState; message: TelegramMessage } {
  const chat = writableChat(world, bot, args);
  const message = messageIn(chat, args.int('message_id'), 'message to edit not found');
  const own = message.from?.id === bot.profile.id || chat.info.type === 'channel';
  if (!own) throw badRequest("message can't be edited");
  return { chat, message };
}

function markupOf({ args }: MethodCall): Pick<TelegramMessage, 'reply_markup'> {
  const markup = inlineKeyboard(args);
  return markup ? { reply_markup: markup } : {};
}

function replace(
  { world, bot, flood }: MethodCall,
  { chat, message }: { chat: ChatState; message: TelegramMessage },
  changed: TelegramMessage,
): TelegramMessage {
  if (sameContent(message, changed)) {
    const same = 'specified new message content and reply markup are exactly the same';
    throw badRequest(`message is not modified: ${same} as a current content and reply markup of the message`);
  }
  flood.admit(bot, chat);
  const edited = { ...changed, edit_date: seconds(world) };
  chat.messages.set(message.message_id, edited);
  return seenBy(edited, bot.profile.id);
}

function sameContent(a: TelegramMessage, b: TelegramMessage): boolean {
  const content = (of: TelegramMessage) =>
    JSON.stringify([of.text, of.entities, of.caption, of.caption_entities, of.reply_markup]);
  return content(a) === content(b);
}
