import { z } from 'zod';
import { botFile, type BotAnswer, type BotApi, type BotPayload } from './bot-api.ts';
import { fileFormOf, type FileForm, type LoadedFile } from './deliver-file.ts';
import type { Trimmings } from './render-step.ts';
import type { TextChunk } from './render-text.ts';

/** Where a call goes. */
export interface CallSite {
  api: BotApi;
  chatId: string;
  signal: AbortSignal;
}

/** What calls answer; only messages have an id. */
export type Called = BotAnswer<{ message_id?: number | undefined }>;

const uploadTimeoutMs = 120_000;
const message = z.looseObject({ message_id: z.int() });
/** Edits of messages that were sent inline answer with `true`. */
const nothing = z.unknown().transform(() => ({}));

/** Channels may be named by their username. */
const chat = ({ chatId }: CallSite) => ({ chat_id: /^-?\d{1,15}$/.test(chatId) ? Number(chatId) : chatId });

const html = { parse_mode: 'HTML' } as const;

const body = ({ text, entities, html: isHtml }: TextChunk) => ({
  text,
  ...(entities && { entities }),
  ...(isHtml && html),
});

const captionOf = (chunk: TextChunk | undefined) =>
  chunk && {
    caption: chunk.text,
    ...(chunk.entities && { caption_entities: chunk.entities }),
    ...(chunk.html && html),
  };

const keyboardOf = ({ keyboard }: Trimmings) => keyboard && { reply_markup: { inline_keyboard: keyboard } };

const trimmed = (trimmings: Trimmings) => ({
  ...(trimmings.threadId !== undefined && { message_thread_id: trimmings.threadId }),
  ...(trimmings.replyTo !== undefined && {
    reply_parameters: { message_id: trimmings.replyTo, allow_sending_without_reply: true },
  }),
  ...keyboardOf(trimmings),
});

/** A new message; a reply target that is gone does not keep it from being sent. */
export function sendText(said: Trimmings & { chunk: TextChunk }, at: CallSite): Promise<Called> {
  const payload = { ...chat(at), ...body(said.chunk), ...trimmed(said) };
  return at.api.call('sendMessage', payload, { result: message, signal: at.signal });
}

/** A preview that only the user of a private chat sees, for about 30 s; the same id replaces it. Stopping it cancels the turn. */
export function draftText(said: Trimmings & { chunk: TextChunk; id: number }, at: CallSite): Promise<Called> {
  const payload = { ...body(said.chunk), chat_id: Number(at.chatId), draft_id: said.id, can_stop: true };
  const topic = said.threadId === undefined ? {} : { message_thread_id: said.threadId };
  return at.api.call('sendMessageDraft', { ...payload, ...topic }, { result: nothing, signal: at.signal });
}

/** Changes a message to this text and this keyboard; without one it loses its buttons. */
export function editText(said: Trimmings & { chunk: TextChunk; messageId: number }, at: CallSite): Promise<Called> {
  const payload = { ...chat(at), message_id: said.messageId, ...body(said.chunk), ...keyboardOf(said) };
  return at.api.call('editMessageText', payload, { result: nothing, signal: at.signal });
}

/** Takes a message back; Telegram lets bots do so for 48 hours. */
export function deleteMessage(messageId: number, at: CallSite): Promise<Called> {
  return at.api.call('deleteMessage', { ...chat(at), message_id: messageId }, { result: nothing, signal: at.signal });
}

type Reaction = NonNullable<BotPayload<'setMessageReaction'>['reaction']>[number];

/** Sets the bot's one reaction to a message. */
export function react(to: { messageId: number; emoji: string }, at: CallSite): Promise<Called> {
  // Telegram's list of emoji grows before the types do; it says itself what it does not take.
  const reaction = { type: 'emoji', emoji: to.emoji } as Reaction;
  const payload = { ...chat(at), message_id: to.messageId, reaction: [reaction] };
  return at.api.call('setMessageReaction', payload, { result: nothing, signal: at.signal });
}

/** Lasts up to 5 s, or until the next message. */
export function showTyping({ threadId }: Trimmings, at: CallSite): Promise<Called> {
  const payload = {
    ...chat(at),
    action: 'typing',
    ...trimmed({ ...(threadId !== undefined && { threadId }) }),
  } as const;
  return at.api.call('sendChatAction', payload, { result: nothing, signal: at.signal });
}

/** Uploads a file in the form that suits it; `plainly` as a document, whatever it is. */
export function sendFile(
  said: Trimmings & { file: LoadedFile; caption?: TextChunk | undefined; plainly?: boolean },
  at: CallSite,
): Promise<Called> {
  const form: FileForm = said.plainly ? 'document' : fileFormOf(said.file);
  const file = botFile(said.file.bytes, said.file.fileName);
  const rest = { ...chat(at), ...captionOf(said.caption), ...trimmed(said) };
  const options = { result: message, signal: at.signal, timeoutMs: uploadTimeoutMs };
  switch (form) {
    case 'photo':
      return at.api.call('sendPhoto', { ...rest, photo: file }, options);
    case 'animation':
      return at.api.call('sendAnimation', { ...rest, animation: file }, options);
    case 'video':
      return at.api.call('sendVideo', { ...rest, video: file }, options);
    case 'audio':
      return at.api.call('sendAudio', { ...rest, audio: file }, options);
    case 'voice':
      return at.api.call('sendVoice', { ...rest, voice: file }, options);
    case 'document':
      return at.api.call('sendDocument', { ...rest, document: file }, options);
  }
}
