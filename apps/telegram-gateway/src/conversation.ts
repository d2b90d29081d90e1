import type { TelegramConnector } from '@trunkline/config';
import { targetKey, type EventData, type ReplyHandle } from '@trunkline/events';
import type { Chat, Message, User } from './message-payload.ts';
import type { TranslatedConnector } from './normalize.ts';

/** Where something happened. */
export interface Place {
  chat: Chat;
  /** A real topic; the General topic and the reply threads of ordinary groups have none. */
  topicId?: number | undefined;
  actor: EventData['actor'];
  /** True for what concerns the chat as a whole, whoever caused it: it belongs to no user's session. */
  ofChat?: boolean;
}

/** Telegram's name for the General topic of a forum, which it does not take when something is sent there. */
const generalTopic = 1;

/** The topic of a message. `message_thread_id` alone says nothing: reply threads of ordinary groups have it too. */
export function topicOf(message: Pick<Message, 'message_thread_id' | 'is_topic_message'>): number | undefined {
  const { message_thread_id: thread, is_topic_message: isTopic } = message;
  return isTopic === true ? asTopic(thread) : undefined;
}

/** A thread that is known to be a topic. */
export const asTopic = (thread: number | undefined) => (thread === generalTopic ? undefined : thread);

/** Names the conversation by the connector's `session_scope`, and says what kind of place it is. */
export function conversationOf(place: Place, config: TelegramConnector): EventData['conversation'] {
  const { chat, topicId } = place;
  const title = titleOf(chat);
  return {
    key: keyOf(place, config),
    kind: kindOf(place),
    path: [String(chat.id), ...(topicId === undefined ? [] : [String(topicId)])],
    ...(title !== undefined && { title }),
  };
}

function keyOf({ chat, topicId, actor, ofChat }: Place, { name, session_scope: scope }: TelegramConnector): string {
  const chatKey = `telegram:${name}:${chat.id}`;
  if (scope === 'topic' && topicId !== undefined) return `${chatKey}:${topicId}`;
  return scope === 'user' && ofChat !== true ? `${chatKey}:user:${actor.id}` : chatKey;
}

function kindOf({ chat, topicId }: Place) {
  if (topicId !== undefined) return 'topic';
  if (chat.type === 'private') return 'direct';
  return chat.type === 'channel' ? 'channel' : 'group';
}

const titleOf = (chat: Chat) => chat.title ?? nameOf(chat);

/** The full name, else the user name of a person or chat. */
export function nameOf({
  first_name: first,
  last_name: last,
  username,
}: Omit<Chat, 'id' | 'type'>): string | undefined {
  const full = [first, last].filter(Boolean).join(' ');
  return full === '' ? username : full;
}

/** Who did something: a chat that speaks for itself (channels, anonymous administrators), else a person. */
export function actorOf({ from, asChat }: { from?: User | undefined; asChat?: Chat | undefined }): EventData['actor'] {
  const speaker = asChat ?? from;
  const name = asChat ? titleOf(asChat) : from && nameOf(from);
  return {
    id: String(speaker?.id ?? 'unknown'),
    ...(name !== undefined && { name }),
    ...(asChat === undefined && from?.is_bot === true && { is_bot: true }),
  };
}

/** Whether several people talk there. */
export const isGroup = ({ type }: Pick<Chat, 'type'>) => type === 'group' || type === 'supergroup';

/** Where answers go: back to where it happened, then the connector's additional targets, each once. */
export function replyTargetsOf(
  place: Place & { answerTo?: number | undefined },
  config: TelegramConnector,
): ReplyHandle[] {
  const own = config.include_self_output ? [selfTarget(place, config.name)] : [];
  if (config.additional_reply_targets.length === 0) return own;
  const targets = [...own, ...config.additional_reply_targets];
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

function selfTarget(
  { chat, topicId, answerTo }: Place & { answerTo?: number | undefined },
  connector: string,
): ReplyHandle {
  return {
    chat_id: String(chat.id),
    connector,
    ...(topicId !== undefined && { message_thread_id: String(topicId) }),
    ...(answerTo !== undefined && isGroup(chat) && { reply_to_message_id: String(answerTo) }),
    type: 'telegram',
  };
}

/** The connector's own binding keys, without the one that the conversation has anyway. */
export const additionalKeys = (config: TelegramConnector, own: string): EventData['binding_keys'] =>
  config.additional_binding_keys.filter((key) => key !== own).map((key) => ({ key, origin: 'connector' }));

/** Whether the connector may hear of and speak in a chat, under any of the ids that it has had. */
export function chatAllowed(
  { config, formerIds }: Pick<TranslatedConnector, 'config' | 'formerIds'>,
  ...ids: readonly number[]
): boolean {
  const allowed = config.allowed_chat_ids;
  if (allowed.length === 0 || ids.some((id) => allowed.includes(id))) return true;
  return ids.flatMap((id) => formerIds?.(id) ?? []).some((id) => allowed.includes(Number(id)));
}

/** Why an update of another chat becomes no event. */
export const chatNotAllowed = {
  ok: false,
  code: 'chat_not_allowed',
  detail: 'The chat is not among the allowed_chat_ids of the connector.',
} as const;
