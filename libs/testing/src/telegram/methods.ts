import { ApiError } from './api-error.ts';
import type { MethodAnswer } from './api-server.ts';
import {
  deleteMessage,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  setMessageReaction,
} from './change-message.ts';
import {
  answerCallbackQuery,
  getChat,
  getChatMember,
  getFile,
  sendChatAction,
  sendMessageDraft,
} from './chat-methods.ts';
import type { MethodCall } from './method-call.ts';
import { sendMedia, sendMediaGroup } from './send-media.ts';
import { sendMessage } from './send-message.ts';

type Method = (call: MethodCall) => unknown;

/** What bots can call, besides what needs the server itself: getUpdates and the webhook methods. */
const methods: Record<string, Method> = {
  getMe: ({ bot }) => bot.profile,
  sendMessage,
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  setMessageReaction,
  sendPhoto: sendMedia('photo'),
  sendDocument: sendMedia('document'),
  sendAudio: sendMedia('audio'),
  sendVideo: sendMedia('video'),
  sendVoice: sendMedia('voice'),
  sendSticker: sendMedia('sticker'),
  sendMediaGroup,
  sendChatAction,
  sendMessageDraft,
  answerCallbackQuery,
  getFile,
  getChat,
  getChatMember,
  setMyCommands: () => true,
  getMyCommands: () => [],
};

const byLowerCase = new Map(Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]));

/** Runs a method by its name, in whatever case. */
export async function callMethod(name: string, call: MethodCall): Promise<MethodAnswer> {
  const method = byLowerCase.get(name.toLowerCase());
  if (!method) throw new ApiError(404, 'Not Found: method not found');
  return { result: await method(call) };
}
