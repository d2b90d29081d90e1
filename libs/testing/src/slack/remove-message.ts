import type { FakeMessage } from './message-store.ts';
import type { World } from './world.ts';

/** Deletes a message; the root of a thread with replies stays as a tombstone. */
export function removeMessage(message: FakeMessage, world: World): void {
  if (world.messages.thread(message.channel, message.ts).length <= 1) return world.messages.remove(message);
  message.subtype = 'tombstone';
  message.text = 'This message was deleted.';
  message.user = 'USLACKBOT';
  for (const field of ['blocks', 'attachments', 'files', 'metadata', 'bot_id', 'app_id', 'client_msg_id'] as const) {
    delete message[field];
  }
}
