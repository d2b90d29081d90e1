import { actorOf, asTopic, chatAllowed, chatNotAllowed } from './conversation.ts';
import type { Reading, TranslatedConnector } from './normalize.ts';
import type { StoppedGeneration } from './update-payload.ts';

/** Reads that somebody stopped an answer that is being written. It happens in private chats alone, so the chat tells who. */
export function readStop(update: StoppedGeneration, connector: TranslatedConnector): Reading {
  const { chat, draft_id: draft } = update;
  if (!chatAllowed(connector, chat.id)) return chatNotAllowed;
  return {
    ok: true,
    said: {
      type: 'trunkline.turn.cancelled',
      chat,
      topicId: asTopic(update.message_thread_id),
      actor: actorOf({ asChat: chat }),
      facts: { draft_id: draft },
    },
  };
}
