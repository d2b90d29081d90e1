import { canonicalJson, sha256Hex } from './canonical-json.ts';
import type { EventData } from './event.ts';

/**
 * SHA-256 of what an event says: equal for a repeat of the same event, different for another one under the same id.
 *
 * Left out is what a repeat may change without saying anything new: the raw transport form, and all that our own configuration
 * adds (policy, the connector's keys and reply targets); so an edit of the configuration makes no conflict of a late retry.
 */
export function eventFingerprint(event: { type: string; data: EventData }): string {
  const { data } = event;
  const says = {
    type: event.type,
    actor: data.actor.id,
    conversation: data.conversation.key,
    content: data.content && { text: data.content.text, attachments: data.content.attachments?.map((file) => file.asset_id), buttons: data.content.buttons },
    content_ref: data.content_ref,
    message: data.message,
    relation: data.relation,
    intent: data.intent,
    routing_key: data.routing_key,
    binding_keys: data.binding_keys.filter(({ origin }) => origin === 'payload').map(({ key }) => key),
    requested_session_id: data.requested_session_id,
    metadata: data.metadata,
  };
  return sha256Hex(canonicalJson(says));
}
