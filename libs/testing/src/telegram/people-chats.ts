import { asUser, type Bot } from './bot.ts';
import { addMessage, createChatState, type ChatState, type Standing } from './chat-state.ts';
import type { TelegramMessage, TelegramUser } from './message.ts';
import { chatOf, userIn, type ChatRef, type UserRef } from './people.ts';
import type { UpdateOf } from './update.ts';
import { seconds, tell, type World } from './world.ts';

/** Which bot something happens to (the first unless named), and who does it. */
interface ToBot {
  bot?: string;
  by?: UserRef;
}

/** What people do with chats and with the bots in them. */
export interface PeopleChats {
  /** A bot is added to a chat. */
  joins(chat: ChatRef, how?: ToBot & { as?: 'member' | 'administrator' }): UpdateOf<'my_chat_member'>;
  /** A bot is out of a chat: kicked, or gone by itself with `as: 'left'`. */
  leaves(chat: ChatRef, how?: ToBot & { as?: 'kicked' | 'left' }): UpdateOf<'my_chat_member'>;
  /** A user blocks a bot in their private chat. */
  blocks(chat: ChatRef, how?: ToBot): UpdateOf<'my_chat_member'>;
  unblocks(chat: ChatRef, how?: ToBot): UpdateOf<'my_chat_member'>;
  /** The user's account, or the group, is gone: 403 from now on, and no update says so. */
  vanishes(chat: ChatRef): void;
  /** Turns a group into a supergroup with an id of its own. Two service messages, in the order that is asked for. */
  migrate(chat: ChatRef, how?: { to?: number; order?: 'old_first' | 'new_first' }): Migrated;
  /** Opens a topic in a forum and answers its thread id. */
  openTopic(chat: ChatRef, name: string): number;
  closeTopic(chat: ChatRef, thread: number): void;
  /** A person deletes a message: no update says so. */
  deletes(chat: ChatRef, messageId: number): void;
}

export interface Migrated {
  to: number;
  /** In the order in which they were queued. */
  updates: UpdateOf<'message'>[];
}

export function createPeopleChats(world: World): PeopleChats {
  const stand = (ref: ChatRef, how: ToBot, standing: Standing) =>
    changeStanding(world, chatOf(world, ref), { how, standing });
  return {
    joins: (ref, how = {}) => stand(ref, how, how.as ?? 'member'),
    leaves: (ref, how = {}) => stand(ref, how, how.as ?? 'kicked'),
    blocks: (ref, how = {}) => stand(ref, how, 'blocked'),
    unblocks: (ref, how = {}) => stand(ref, how, 'member'),
    vanishes: (ref) => {
      chatOf(world, ref).gone = true;
    },
    migrate: (ref, how = {}) => migrate(world, chatOf(world, ref), how),
    openTopic: (ref, name) => openTopic(world, chatOf(world, ref), name),
    closeTopic: (ref, thread) => {
      const topic = chatOf(world, ref).topics.get(thread);
      if (topic) topic.closed = true;
    },
    deletes: (ref, messageId) => {
      chatOf(world, ref).messages.delete(messageId);
    },
  };
}

function changeStanding(
  world: World,
  chat: ChatState,
  { how, standing }: { how: ToBot; standing: Standing },
): UpdateOf<'my_chat_member'> {
  const bot = named(world, how.bot);
  const user = asUser(bot);
  const before = chat.bots.get(bot.profile.id) ?? 'left';
  chat.bots.set(bot.profile.id, standing);
  const value = {
    chat: chat.info,
    from: userIn(chat, how.by),
    date: seconds(world),
    old_chat_member: member(before, user),
    new_chat_member: member(standing, user),
  };
  return tell(world, { kind: 'my_chat_member', value, chat, only: bot });
}

/** A block is a kick on the wire, with no end to it. */
function member(standing: Standing, user: TelegramUser): { status: string; user: TelegramUser; until_date?: number } {
  if (standing === 'blocked' || standing === 'kicked') return { status: 'kicked', user, until_date: 0 };
  return { status: standing === 'unknown' ? 'left' : standing, user };
}

function migrate(
  world: World,
  old: ChatState,
  { to, order = 'old_first' }: { to?: number; order?: 'old_first' | 'new_first' },
): Migrated {
  const id = to ?? -(1_000_000_000_000 + 2_000_000 + world.nextNumber());
  const fresh = createChatState({ ...old.info, id, type: 'supergroup' });
  fresh.bots = new Map(old.bots);
  fresh.people = new Map(old.people);
  world.chats.set(id, fresh);
  const from = userIn(old, undefined);
  const service = (chat: ChatState, content: Partial<TelegramMessage>) => {
    const value = addMessage(chat, { from, date: seconds(world), ...content });
    return tell(world, { kind: 'message', value, chat });
  };
  const steps = [
    () => service(old, { migrate_to_chat_id: id }),
    () => service(fresh, { migrate_from_chat_id: old.info.id }),
  ];
  const updates = (order === 'old_first' ? steps : steps.toReversed()).map((step) => step());
  old.migratedTo = id;
  return { to: id, updates };
}

function openTopic(world: World, chat: ChatState, name: string): number {
  chat.info.is_forum = true;
  // Id 1 is the General topic's.
  chat.lastMessageId = Math.max(1, chat.lastMessageId);
  const message_thread_id = chat.lastMessageId + 1;
  const created = { forum_topic_created: { name, icon_color: 7322096 }, is_topic_message: true } as const;
  const from = userIn(chat, undefined);
  const value = addMessage(chat, { from, date: seconds(world), message_thread_id, ...created });
  chat.topics.set(message_thread_id, { name, closed: false });
  tell(world, { kind: 'message', value, chat });
  return message_thread_id;
}

function named(world: World, name: string | undefined): Bot {
  const bot = name === undefined ? world.bots[0] : world.bots.find(({ profile }) => profile.username === name);
  if (!bot) throw new TypeError(`there is no bot ${name ?? ''}`);
  return bot;
}
