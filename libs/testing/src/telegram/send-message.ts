import { badRequest } from './api-error.ts';
import { replyParametersSchema, type Args } from './args.ts';
import { asUser, type Bot } from './bot.ts';
import { addMessage, quoted, type ChatState } from './chat-state.ts';
import { messageText, textFields } from './formatted-text.ts';
import type { MethodCall } from './method-call.ts';
import type { TelegramMessage } from './message.ts';
import { writableChat, writableThread } from './reach-chat.ts';
import { inlineKeyboard } from './reply-markup.ts';
import { seenBy } from './file-store.ts';
import { seconds } from './world.ts';

/** Checks of every send, in Telegram's order: chat, thread, what is answered, markup, and then what is sent. */
export function openSend(call: MethodCall): {
  chat: ChatState;
  post(content: Partial<TelegramMessage>): TelegramMessage;
} {
  const { world, bot, args } = call;
  const chat = writableChat(world, bot, args);
  const thread = writableThread(chat, args);
  const answered = answeredMessage(chat, args);
  const markup = inlineKeyboard(args);
  const post = (content: Partial<TelegramMessage>) => {
    const posted = addMessage(chat, {
      date: seconds(world),
      ...sender(bot, chat),
      ...threadFields(chat, { thread, answered }),
      ...(answered && { reply_to_message: quoted(answered) }),
      ...content,
      ...(markup && { reply_markup: markup }),
    });
    chat.byBots.add(posted.message_id);
    return posted;
  };
  return { chat, post };
}

export function sendMessage(call: MethodCall): TelegramMessage {
  const { chat, post } = openSend(call);
  const content = textFields(messageText(call.args));
  call.flood.admit(call.bot, chat);
  return seenBy(post(content), call.bot.profile.id);
}

function sender(bot: Bot, chat: ChatState): Partial<TelegramMessage> {
  return chat.info.type === 'channel' ? { sender_chat: chat.info } : { from: asUser(bot) };
}

/** In forums the topic; elsewhere in supergroups, an answer is in the thread of what it answers. */
export function threadFields(
  chat: ChatState,
  at: { thread: number | undefined; answered: TelegramMessage | undefined },
): Partial<TelegramMessage> {
  const { thread, answered } = at;
  if (chat.info.is_forum) {
    const topic = thread ?? answered?.message_thread_id;
    return topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true };
  }
  if (chat.info.type !== 'supergroup') return {};
  const root = thread ?? (answered && (answered.message_thread_id ?? answered.message_id));
  return root === undefined ? {} : { message_thread_id: root };
}

function answeredMessage(chat: ChatState, args: Args): TelegramMessage | undefined {
  const given = args.json('reply_parameters', replyParametersSchema, "can't parse reply parameters JSON object");
  const id = given?.message_id ?? args.int('reply_to_message_id');
  if (id === undefined) return undefined;
  const elsewhere = given?.chat_id !== undefined && String(given.chat_id) !== String(chat.info.id);
  const message = elsewhere ? undefined : chat.messages.get(id);
  if (!message) {
    const without = given ? given.allow_sending_without_reply : args.flag('allow_sending_without_reply');
    // For answers to another chat the flag counts for nothing.
    if (without && !elsewhere) return undefined;
    throw badRequest('message to be replied not found');
  }
  const { quote } = given ?? {};
  if (quote && !(message.text ?? message.caption ?? '').includes(quote)) throw badRequest('QUOTE_TEXT_INVALID');
  return message;
}
