import { chatAllowed, chatNotAllowed } from './conversation.ts';
import type { Message } from './message-payload.ts';
import { eventScope, type Reading, type TranslatedConnector } from './normalize.ts';

/** Either of the two service messages tells where a group went. */
function migrationIn(message: Message): { from: number; to: number } | undefined {
  const { chat, migrate_to_chat_id: to, migrate_from_chat_id: from } = message;
  if (to !== undefined) return { from: chat.id, to };
  return from === undefined ? undefined : { from, to: chat.id };
}

/**
 * Reads a group's move to its new id: one event in the new chat, whichever of its two messages comes first.
 *
 * It is bound to the old conversation's key after the new one, so that the router carries the session over.
 */
export function readMigration(message: Message, connector: TranslatedConnector): Reading | undefined {
  const move = migrationIn(message);
  if (move === undefined) return undefined;
  const { from, to } = move;
  if (!chatAllowed(connector, from, to)) return chatNotAllowed;
  const { title } = message.chat;
  return {
    ok: true,
    said: {
      type: 'trunkline.conversation.changed',
      eventId: `${eventScope(connector)}:migration:${from}:${to}`,
      chat: { id: to, type: 'supergroup', ...(title !== undefined && { title }) },
      ofChat: true,
      // The two messages may name different people.
      actor: { id: String(to) },
      at: message.date,
      movedFrom: String(from),
      change: 'migrated',
      facts: { migrated_from: String(from), migrated_to: String(to) },
    },
  };
}
