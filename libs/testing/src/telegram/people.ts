import type { Bot } from './bot.ts';
import { addMessage, messageIn, quoted, type ChatState, type Standing } from './chat-state.ts';
import { detectEntities } from './detect-entities.ts';
import { captionFields, textFields } from './formatted-text.ts';
import type { MessageEntity, ReactionType, TelegramChat, TelegramMessage, TelegramUser } from './message.ts';
import { threadFields } from './send-message.ts';
import type { UpdateOf } from './update.ts';
import { openChat, seconds, tell, type ChatOptions, type World } from './world.ts';

/** A chat by its id, or as it shall be if there is none yet. */
export type ChatRef = number | ChatOptions;
export type UserRef = number | ({ id: number } & Partial<TelegramUser>);

/** Who does something, and where: user 1001 in the private chat with the first bot, unless said. */
export interface Doing {
  chat?: ChatRef;
  user?: UserRef;
  /** Id of the message that is answered. */
  reply_to?: number;
  /** Id of the forum topic. */
  thread?: number;
  /** Of private chats: which bot hears it, by its username. */
  bot?: string;
  /** Of messages only: further fields, as they are. */
  extra?: Partial<TelegramMessage>;
}

export interface Said extends Doing {
  text: string;
  /** Besides what Telegram finds by itself (commands, mentions, links). */
  entities?: MessageEntity[];
}

/** A press, and the id under which the bot has to answer it within 150 s. */
export type Pressed = UpdateOf<'callback_query'>;

/** What people do with their messages; each call queues the update and answers it. */
export interface People {
  say(said: Said): UpdateOf<'message'>;
  edit(edited: {
    chat: ChatRef;
    message_id: number;
    text?: string;
    entities?: MessageEntity[];
  }): UpdateOf<'edited_message'>;
  channelPost(post: { chat: ChatRef; text: string; entities?: MessageEntity[] }): UpdateOf<'channel_post'>;
  /** Presses a button of a bot's message; `data` as the button says it. */
  pressButton(message: Pick<TelegramMessage, 'message_id' | 'chat'>, data: string, by?: { user?: UserRef }): Pressed;
  /** Sets what a user's reactions to a message are; an empty list takes them away. */
  react(reacted: { chat: ChatRef; message_id: number; user?: UserRef; emoji: string[] }): UpdateOf<'message_reaction'>;
  /** The user stops the draft that the bot is writing. */
  stopGeneration(stopped: { chat: ChatRef; draft_id: number; thread?: number }): UpdateOf<'stopped_message_generation'>;
}

export function createPeople(world: World): People {
  return {
    say: ({ text, entities = [], ...doing }) => {
      const found = detectEntities(text).filter((each) => !entities.some((given) => given.offset === each.offset));
      const all = [...entities, ...found].toSorted((a, b) => a.offset - b.offset);
      return post(world, doing, { text, ...(all.length > 0 && { entities: all }) });
    },
    edit: ({ chat: where, message_id, text, entities }) => {
      const chat = chatOf(world, where);
      const message = messageIn(chat, message_id, 'no such message');
      const { entities: _entities, caption_entities: _captionEntities, ...rest } = message;
      const words = text ?? message.text ?? message.caption ?? '';
      const whole = { text: words, entities: entities ?? detectEntities(words) };
      const content = message.caption === undefined ? textFields(whole) : captionFields(whole);
      const edited = { ...rest, ...content, edit_date: seconds(world) };
      chat.messages.set(message_id, edited);
      return tell(world, { kind: 'edited_message', value: edited, chat, only: ownerOf(world, chat) });
    },
    channelPost: ({ chat: where, text, entities = detectEntities(text) }) => {
      const chat = chatOf(
        world,
        typeof where === 'number' ? { id: where, type: 'channel' } : { ...where, type: 'channel' },
      );
      const words = { text, ...(entities.length > 0 && { entities }) };
      const value = addMessage(chat, { date: seconds(world), sender_chat: chat.info, ...words });
      return tell(world, { kind: 'channel_post', value, chat });
    },
    pressButton: (message, data, by = {}) => press(world, message, { data, user: by.user }),
    react: ({ chat: where, message_id, user, emoji }) => {
      const chat = chatOf(world, where);
      return reactTo(world, chat, { message_id, user: userIn(chat, user), emoji });
    },
    stopGeneration: ({ chat: where, draft_id, thread }) => {
      const chat = chatOf(world, where);
      const value = { chat: chat.info, draft_id, ...(thread !== undefined && { message_thread_id: thread }) };
      return tell(world, { kind: 'stopped_message_generation', value, chat });
    },
  };
}

export const chatOf = (world: World, ref: ChatRef): ChatState =>
  openChat(world, typeof ref === 'number' ? { id: ref } : ref);

/** The user as the chat knows them from now on; in a private chat the other side of it. */
export function userIn(chat: ChatState, ref: UserRef | undefined): TelegramUser {
  const fallback = chat.info.type === 'private' ? chat.info.id : 1001;
  const given = typeof ref === 'object' ? ref : { id: ref ?? fallback };
  const known = chat.people.get(given.id);
  const base = { is_bot: false, first_name: chat.info.first_name ?? `User ${given.id}`, language_code: 'en' };
  const user: TelegramUser = { ...base, ...known, ...given };
  chat.people.set(user.id, user);
  return user;
}

/** Puts a person's message into its chat and tells the bots there. */
export function post(world: World, doing: Doing, content: Partial<TelegramMessage>): UpdateOf<'message'> {
  const fallback = typeof doing.user === 'object' ? doing.user.id : (doing.user ?? 1001);
  const chat = chatOf(world, doing.chat ?? fallback);
  const from = userIn(chat, doing.user);
  if (chat.info.type === 'private') nameAfter(chat, from);
  // Whoever writes to a bot may be written to.
  if (chat.info.type === 'private') for (const [id, standing] of chat.bots) admit(chat, id, standing);
  const answered = doing.reply_to === undefined ? undefined : messageIn(chat, doing.reply_to, 'no such message');
  const root = answered ?? topicRoot(chat, doing.thread);
  const value = addMessage(chat, {
    from,
    date: seconds(world),
    ...threadFields(chat, { thread: doing.thread, answered }),
    ...(root && { reply_to_message: quoted(root) }),
    ...content,
    ...doing.extra,
  });
  return tell(world, { kind: 'message', value, chat, only: ownerOf(world, chat, doing.bot) });
}

/** A private chat is called what its user is called. */
function nameAfter({ info }: ChatState, { first_name, username }: TelegramUser): void {
  info.first_name = first_name;
  if (username !== undefined) info.username = username;
}

function admit(chat: ChatState, botId: number, standing: Standing): void {
  if (standing === 'unknown') chat.bots.set(botId, 'member');
}

/** In a topic, whatever answers nothing else answers the message that opened the topic. */
function topicRoot(chat: ChatState, thread: number | undefined): TelegramMessage | undefined {
  return chat.info.is_forum && thread !== undefined ? chat.messages.get(thread) : undefined;
}

/** A private chat belongs to one bot: the named one, or the first. Elsewhere every bot may hear. */
function ownerOf(world: World, chat: ChatState, name?: string): Bot | undefined {
  if (chat.info.type !== 'private') return undefined;
  return world.bots.find(({ profile }) => profile.username === name) ?? world.bots[0];
}

function press(
  world: World,
  { chat: { id: chatId }, message_id }: { chat: Pick<TelegramChat, 'id'>; message_id: number },
  by: { data: string; user: UserRef | undefined },
): Pressed {
  const chat = chatOf(world, chatId);
  const message = messageIn(chat, message_id, 'no such message');
  const author = world.bots.find(({ profile }) => profile.id === message.from?.id) ?? world.bots[0];
  if (!author) throw new TypeError('there is no bot to press a button of');
  const id = `${author.profile.id}${String(world.nextNumber()).padStart(9, '0')}`;
  world.callbacks.set(id, { botId: author.profile.id, until: world.now() + 150_000 });
  const value = { id, from: userIn(chat, by.user), message, chat_instance: String(chatId), data: by.data };
  return tell(world, { kind: 'callback_query', value, chat, only: author });
}

function reactTo(
  world: World,
  chat: ChatState,
  reacted: { message_id: number; user: TelegramUser; emoji: string[] },
): UpdateOf<'message_reaction'> {
  const { message_id, user, emoji } = reacted;
  messageIn(chat, message_id, 'no such message');
  const ofMessage = chat.reactions.get(message_id) ?? new Map<number, ReactionType[]>();
  const old_reaction = ofMessage.get(user.id) ?? [];
  const new_reaction = emoji.map((each) => ({ type: 'emoji', emoji: each }));
  chat.reactions.set(message_id, ofMessage.set(user.id, new_reaction));
  const value = { chat: chat.info, message_id, user, date: seconds(world), old_reaction, new_reaction };
  return tell(world, { kind: 'message_reaction', value, chat, only: ownerOf(world, chat) });
}
