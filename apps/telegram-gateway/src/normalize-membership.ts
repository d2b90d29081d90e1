import { actorOf, chatAllowed, chatNotAllowed } from './conversation.ts';
import type { Reading, TranslatedConnector } from './normalize.ts';
import type { Member, MemberUpdate } from './update-payload.ts';

/** Reads what happened to the bot's own place in a chat: joined, left, blocked, unblocked, or other rights. */
export function readMembership(update: MemberUpdate, connector: TranslatedConnector): Reading {
  const { chat, old_chat_member: before, new_chat_member: after } = update;
  if (!chatAllowed(connector, chat.id)) return chatNotAllowed;
  return {
    ok: true,
    said: {
      type: 'trunkline.conversation.changed',
      chat,
      ofChat: true,
      actor: actorOf({ from: update.from }),
      at: update.date,
      change: changeOf(update),
      facts: { status: after.status, status_before: before.status },
    },
  };
}

function changeOf({ chat, old_chat_member: before, new_chat_member: after }: MemberUpdate): string {
  const [was, is] = [isIn(before), isIn(after)];
  if (was === is) return 'rights';
  // A person who stops the bot "kicks" it out of their chat.
  if (chat.type === 'private') return is ? 'unblocked' : 'blocked';
  return is ? 'joined' : 'left';
}

const isIn = ({ status, is_member: isMember }: Member) =>
  status === 'restricted' ? isMember === true : status !== 'left' && status !== 'kicked';
