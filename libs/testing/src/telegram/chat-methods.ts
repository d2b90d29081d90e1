import { badRequest } from './api-error.ts';
import { asUser } from './bot.ts';
import { fileIds } from './file-store.ts';
import type { MethodCall } from './method-call.ts';
import type { TelegramUser } from './message.ts';
import { namedChat, writableChat, writableThread } from './reach-chat.ts';
import { formattedText } from './formatted-text.ts';

const actions = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

export function sendChatAction(call: MethodCall): true {
  const { world, bot, args } = call;
  const chat = writableChat(world, bot, args);
  const message_thread_id = writableThread(chat, args);
  const action = args.text('action').toLowerCase();
  if (!actions.includes(action)) throw badRequest('wrong parameter action in request');
  const thread = message_thread_id === undefined ? {} : { message_thread_id };
  world.chatActions.push({ chat_id: chat.info.id, action, ...thread, at: world.now() });
  return true;
}

export function answerCallbackQuery({ world, bot, args }: MethodCall): true {
  const id = args.text('callback_query_id');
  const query = world.callbacks.get(id);
  if (!query || query.botId !== bot.profile.id || query.until <= world.now()) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid');
  }
  if (args.text('text').length > 200) throw badRequest('MESSAGE_TOO_LONG');
  world.callbacks.delete(id);
  return true;
}

/** A preview in a private chat: written down in `drafts`, never a message. */
export function sendMessageDraft(call: MethodCall): true {
  const { world, bot, args } = call;
  const chat = writableChat(world, bot, args);
  if (chat.info.type !== 'private') throw badRequest('message drafts can be sent only to private chats');
  const draft_id = args.int('draft_id');
  if (!draft_id) throw badRequest('invalid draft identifier specified');
  const { text } = formattedText(args, 'text');
  if (text.length > 4096) throw badRequest('message is too long');
  world.drafts.push({ chat_id: chat.info.id, draft_id, text, at: world.now() });
  return true;
}

export function getFile({ world, bot, args }: MethodCall): Record<string, unknown> {
  const file_id = args.text('file_id');
  const file = world.files.find(file_id, bot.profile.id);
  if (file.bytes.length > world.limits.downloadBytes) throw badRequest('file is too big');
  return { ...fileIds(file), file_id, file_path: world.files.link(file) };
}

export function getChat({ world, args }: MethodCall): Record<string, unknown> {
  const { info } = namedChat(world, args);
  return { ...info, accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: {} };
}

export function getChatMember({ world, args }: MethodCall): { status: string; user: TelegramUser } {
  const chat = namedChat(world, args);
  const userId = args.int('user_id');
  const asked = world.bots.find(({ profile }) => profile.id === userId);
  if (asked) return { status: standingName(chat.bots.get(asked.profile.id)), user: asUser(asked) };
  const user = userId === undefined ? undefined : chat.people.get(userId);
  if (!user) throw badRequest('member not found');
  return { status: 'member', user };
}

function standingName(standing: string | undefined): string {
  if (standing === 'member' || standing === 'administrator') return standing;
  return standing === 'kicked' || standing === 'blocked' ? 'kicked' : 'left';
}
