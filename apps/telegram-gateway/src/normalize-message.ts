import type { EventData } from '@trunkline/events';
import { isAddressed } from './addressed.ts';
import { actorOf, chatAllowed, chatNotAllowed, isGroup, topicOf } from './conversation.ts';
import { filesOf } from './message-files.ts';
import { extrasOf } from './message-extras.ts';
import type { Message } from './message-payload.ts';
import { commandOf, contentText } from './message-text.ts';
import type { Reading, Said, TranslatedConnector } from './normalize.ts';

/** Reads a new message of a chat or a channel: words, files, places, or a command. */
export function readMessage(message: Message, connector: TranslatedConnector): Reading {
  const refused = refusal(message, connector);
  if (refused) return refused;
  const command = commandOf(message);
  const { username } = connector.bot;
  if (command?.bot !== undefined && username !== undefined && command.bot.toLowerCase() !== username.toLowerCase()) {
    return { ok: false, code: 'command_for_other_bot', detail: 'The command names another bot.' };
  }
  const content = contentOf(message);
  if (content === undefined) return withoutContent;
  const said = saidBy(message, content);
  if (command === undefined) return { ok: true, said };
  return {
    ok: true,
    said: {
      ...said,
      type: 'trunkline.command.invoked',
      intent: command.name,
      facts: { ...said.facts, arguments: command.arguments },
    },
  };
}

/** Reads an edit: the message as it is now. Telegram also tells of edits that change nothing that we see. */
export function readEditedMessage(message: Message, connector: TranslatedConnector): Reading {
  const refused = refusal(message, connector);
  if (refused) return refused;
  const content = contentOf(message);
  if (content === undefined) return withoutContent;
  const relation = { kind: 'edit_of', target_message_id: String(message.message_id) } as const;
  return {
    ok: true,
    said: {
      ...saidBy(message, content),
      type: 'trunkline.message.edited',
      at: message.edit_date ?? message.date,
      relation,
    },
  };
}

const withoutContent = {
  ok: false,
  code: 'message_without_content',
  detail: 'The message says nothing itself: it tells of a change in the chat, or is of a kind that becomes no event.',
} as const;

function refusal(message: Message, connector: TranslatedConnector): Reading | undefined {
  const { config, bot } = connector;
  if (!chatAllowed(connector, message.chat.id)) return chatNotAllowed;
  if (bot.id !== undefined && String(message.from?.id) === bot.id) {
    return { ok: false, code: 'own_message', detail: 'The bot wrote it itself.' };
  }
  if (config.require_mention && isGroup(message.chat) && !isAddressed(message, bot)) {
    return {
      ok: false,
      code: 'not_addressed',
      detail: 'It neither mentions the bot nor answers it (require_mention).',
    };
  }
  return undefined;
}

function contentOf(message: Message): { content: EventData['content']; facts: Record<string, unknown> } | undefined {
  const words = contentText(message);
  const attachments = filesOf(message);
  const extras = extrasOf(message);
  if (words === undefined && attachments.length === 0 && extras === undefined) return undefined;
  return {
    content: {
      ...(words ?? { text: extras?.text ?? '' }),
      ...(attachments.length > 0 && { attachments }),
    },
    facts: extras?.facts ?? {},
  };
}

function saidBy(message: Message, said: NonNullable<ReturnType<typeof contentOf>>): Said {
  const topicId = topicOf(message);
  const relation = replyOf(message);
  return {
    type: 'trunkline.message.created',
    chat: message.chat,
    topicId,
    actor: actorOf({ from: message.from, asChat: message.sender_chat }),
    at: message.date,
    message: { id: String(message.message_id), ...(topicId !== undefined && { thread_id: String(topicId) }) },
    content: said.content,
    ...(relation && { relation }),
    answerTo: message.message_id,
    facts: { ...aboutMessage(message), ...said.facts },
  };
}

/** In a topic every message formally replies to the one that opened it: that is no answer to anybody. */
function replyOf(message: Message): Said['relation'] {
  const target = message.reply_to_message?.message_id;
  if (target === undefined || (message.is_topic_message && target === message.message_thread_id)) return undefined;
  return { kind: 'reply_to', target_message_id: String(target) };
}

function aboutMessage(message: Message): Record<string, unknown> {
  const { chat, from, sender_chat: sender } = message;
  const isAnonymous = sender !== undefined && sender.id === chat.id && isGroup(chat);
  return {
    username: sender ? sender.username : from?.username,
    language_code: from?.language_code,
    anonymous_admin: isAnonymous ? true : undefined,
    author_signature: message.author_signature,
    automatic_forward: message.is_automatic_forward ? true : undefined,
    forwarded_from: message.forward_origin,
    via_bot: message.via_bot?.username,
    media_group_id: message.media_group_id,
    quote: message.quote?.text,
  };
}
