import { actorOf, chatAllowed, chatNotAllowed, topicOf } from './conversation.ts';
import type { Reading, TranslatedConnector } from './normalize.ts';
import type { CallbackQuery } from './update-payload.ts';

/** Reads a press of a button under a message of the bot. */
export function readPress(query: CallbackQuery, connector: TranslatedConnector): Reading {
  const { message, data } = query;
  if (message === undefined) {
    return {
      ok: false,
      code: 'press_without_chat',
      detail: 'The button stands in an inline message, whose chat Telegram does not tell.',
    };
  }
  if (!chatAllowed(connector, message.chat.id)) return chatNotAllowed;
  const topicId = topicOf(message);
  const value = connector.heldValue ?? data;
  const id = String(message.message_id);
  return {
    ok: true,
    said: {
      type: 'trunkline.interaction.received',
      chat: message.chat,
      topicId,
      actor: actorOf({ from: query.from }),
      message: { id, ...(topicId !== undefined && { thread_id: String(topicId) }) },
      content: { text: value ?? query.game_short_name ?? '', buttons: [pressedButton(query, value)] },
      relation: { kind: 'press_of', target_message_id: id },
      facts: { callback_query_id: query.id, username: query.from.username, game: query.game_short_name },
    },
  };
}

/** The button as it stands under the message; a message may have lost it since. */
function pressedButton({ message, data, game_short_name: game }: CallbackQuery, value: string | undefined) {
  const buttons = message?.reply_markup?.inline_keyboard.flat() ?? [];
  const pressed = data === undefined ? undefined : buttons.find((button) => button.callback_data === data);
  return { label: pressed?.text ?? game ?? value ?? '', ...(value !== undefined && { value }) };
}
