import { actorOf, chatAllowed, chatNotAllowed } from './conversation.ts';
import type { Reading, TranslatedConnector } from './normalize.ts';
import type { MessageReaction, Reaction } from './update-payload.ts';

/**
 * Reads a change of somebody's reactions to a message. Telegram tells the lists before and after; a replaced reaction is one
 * event, `added`, whose facts name what went. It does not tell the topic.
 */
export function readReaction(update: MessageReaction, connector: TranslatedConnector): Reading {
  const { chat, old_reaction: before, new_reaction: after } = update;
  if (!chatAllowed(connector, chat.id)) return chatNotAllowed;
  const added = namesOf(after).filter((name) => !namesOf(before).includes(name));
  const removed = namesOf(before).filter((name) => !namesOf(after).includes(name));
  if (added.length + removed.length === 0) {
    return { ok: false, code: 'reaction_unchanged', detail: 'The reactions are the same as before.' };
  }
  const id = String(update.message_id);
  return {
    ok: true,
    said: {
      type: added.length > 0 ? 'trunkline.reaction.added' : 'trunkline.reaction.removed',
      chat,
      actor: actorOf({ from: update.user, asChat: update.actor_chat }),
      at: update.date,
      message: { id },
      content: { text: (added.length > 0 ? added : removed).join(' ') },
      relation: { kind: 'reaction_to', target_message_id: id },
      facts: { reactions_added: added, reactions_removed: removed },
    },
  };
}

const namesOf = (reactions: readonly Reaction[]) => [...new Set(reactions.map(nameOf))];

const nameOf = ({ type, emoji, custom_emoji_id: custom }: Reaction) =>
  emoji ?? (custom === undefined ? type : `custom_emoji:${custom}`);
