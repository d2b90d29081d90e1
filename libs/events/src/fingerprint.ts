import { canonicalJsonOfAnyText, sha256Hex } from './canonical-json.ts';
import type { EventData } from './event-data.ts';
import type { ReplyHandle } from './reply-handle.ts';

/** Whose words they are, where an event does not show it. */
export interface SaidBySender {
  /** `false`: the sender named no actor, and the event has the connector's own. */
  actor?: boolean;
  /** Reply targets that the sender named. Those in the event are left out: our configuration may have put them there. */
  replyTargets?: readonly ReplyHandle[];
  /** What the sender sent, where our configuration (a mapping) made text, keys and intent of it: it counts in their place. */
  payload?: unknown;
}

/**
 * SHA-256 of what an event says: equal for a repeat of the same event, different for another one under the same id.
 *
 * Left out is what a repeat may change without saying anything new: the raw transport form, times, signed URLs, and all that our
 * own configuration adds; so that an edit of the configuration makes no conflict of a late retry.
 */
export function eventFingerprint({ type, data }: { type: string; data: EventData }, said: SaidBySender = {}): string {
  const says = {
    type,
    actor: said.actor === false ? undefined : data.actor.id,
    // Without a place of people the conversation is made of keys and sessions, which are compared by themselves.
    conversation: data.conversation.kind === 'none' ? undefined : data.conversation.path,
    message: data.message,
    relation: data.relation,
    routing_key: data.routing_key,
    requested_session_id: data.requested_session_id,
    reply_targets: said.replyTargets,
    ...(said.payload === undefined ? wordsOf(data) : { payload: said.payload }),
  };
  return sha256Hex(canonicalJsonOfAnyText(says));
}

function wordsOf({ content, content_ref, intent, binding_keys, metadata }: EventData) {
  return {
    text: content?.text,
    attachments: content?.attachments?.map((file) => file.asset_id),
    buttons: content?.buttons,
    content_ref,
    intent,
    binding_keys: binding_keys.filter(({ origin }) => origin === 'payload').map(({ key }) => key),
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith('trunkline.'))),
  };
}
