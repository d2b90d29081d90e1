import { createChatState, kindOfId, type ChatState, type Standing } from './chat-state.ts';
import type { Bot } from './bot.ts';
import { FileStore, seenBy } from './file-store.ts';
import type { TelegramChat, TelegramMessage, TelegramUser } from './message.ts';
import { isWanted, type TelegramUpdate, type UpdateKind, type UpdateKinds } from './update.ts';

/** A chat to have from the start, or to make on the way. Its kind follows from its id unless said: above 0 private, -100... supergroup. */
export type ChatOptions = { id: number } & Partial<Omit<TelegramChat, 'id'>> & {
    /** How the bots stand there: members, unless said. */
    standing?: Standing;
  };

export interface Limits {
  downloadBytes: number;
  uploadBytes: number;
  photoBytes: number;
}

export interface Draft {
  chat_id: number;
  draft_id: number;
  text: string;
  at: number;
}

/** Everything that the fake Telegram knows. `now` is in ms. */
export interface World {
  readonly now: () => number;
  readonly bots: readonly Bot[];
  readonly chats: Map<number, ChatState>;
  readonly files: FileStore;
  readonly limits: Limits;
  /** Button presses that wait for their answer, by query id: until when, in ms. */
  readonly callbacks: Map<string, { botId: number; until: number }>;
  readonly drafts: Draft[];
  readonly chatActions: { chat_id: number; action: string; message_thread_id?: number; at: number }[];
  nextNumber(): number;
}

export function createWorld(options: { now: () => number; bots: readonly Bot[]; limits: Limits }): World {
  let last = 0;
  return {
    ...options,
    chats: new Map(),
    files: new FileStore(options.now),
    callbacks: new Map(),
    drafts: [],
    chatActions: [],
    nextNumber: () => ++last,
  };
}

export const seconds = (world: World): number => Math.floor(world.now() / 1000);

/** The chat of this id, made with every bot in it if there is none yet. */
export function openChat(world: World, options: ChatOptions): ChatState {
  const { id, standing: wanted, ...given } = options;
  const known = world.chats.get(id);
  if (known) return known;
  const type = given.type ?? kindOfId(id);
  // A bot gets into a channel only as its administrator.
  const standing = wanted ?? (type === 'channel' ? 'administrator' : 'member');
  const named = type === 'private' ? { first_name: `User ${id}` } : { title: `Chat ${id}` };
  const chat = createChatState({ id, ...named, ...given, type });
  for (const bot of world.bots) chat.bots.set(bot.profile.id, standing);
  world.chats.set(id, chat);
  return chat;
}

/** Queues an update for each bot that may see it and asked for it. Answers the first one, with id 0 if nobody was told. */
export function tell<K extends UpdateKind>(
  world: World,
  about: { kind: K; value: UpdateKinds[K]; chat: ChatState; only?: Bot | undefined },
): TelegramUpdate & Pick<UpdateKinds, K> {
  const payload = { [about.kind]: about.value } as Pick<UpdateKinds, K>;
  const audience = about.only ? [about.only] : world.bots.filter((bot) => hears(bot, about.chat, payload));
  const told = audience
    .filter((bot) => isWanted(about.kind, bot.webhook.allowedUpdates))
    .map((bot) => bot.queue.add(seenBy(payload, bot.profile.id)).update_id);
  const [first] = audience;
  return { update_id: told[0] ?? 0, ...(first ? seenBy(payload, first.profile.id) : payload) };
}

function hears(bot: Bot, chat: ChatState, payload: Partial<UpdateKinds>): boolean {
  const standing = chat.bots.get(bot.profile.id);
  if (standing !== 'member' && standing !== 'administrator') return false;
  const message = payload.message ?? payload.edited_message;
  const group = chat.info.type === 'group' || chat.info.type === 'supergroup';
  if (!message || !group || standing === 'administrator' || bot.profile.can_read_all_group_messages) return true;
  return isMeantFor(message, bot.profile);
}

/** Privacy mode: service messages, commands (to this bot, or to nobody by name), mentions of it and replies to it. */
function isMeantFor(message: TelegramMessage, bot: TelegramUser): boolean {
  const text = message.text ?? message.caption;
  const service = message.new_chat_members ?? message.left_chat_member ?? message.forum_topic_created;
  if (service || message.migrate_to_chat_id || message.migrate_from_chat_id) return true;
  if (message.reply_to_message?.from?.id === bot.id) return true;
  const name = `@${bot.username}`.toLowerCase();
  return (message.entities ?? message.caption_entities ?? []).some((entity) => {
    const word = (text ?? '').slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === 'mention') return word === name;
    return entity.type === 'bot_command' && (!word.includes('@') || word.endsWith(name));
  });
}
