import { hashToken } from '@trunkline/bus';
import { canonicalJson, targetConnector, type ReplyHandle } from '@trunkline/events';

/**
 * What deliveries queue for: the chat, channel and thread, URL or sidecar conversation of a target, without what differs from one
 * message to the next (the message replied to, HTTP headers). Equal texts are one queue and one breaker.
 */
export function targetPlace(target: ReplyHandle): string {
  const { kind, name } = targetConnector(target);
  return canonicalJson([kind, name, ...placeOf(target)]);
}

/** The target's id for operators, its key in the bucket `targets`, and the last token of its deliveries' subject. */
export const targetIdOf = (target: ReplyHandle): string => hashToken(targetPlace(target));

function placeOf(target: ReplyHandle): string[] {
  switch (target.type) {
    case 'http':
      return [target.url];
    case 'slack':
      return [target.enterprise_id ?? '', target.team_id ?? '', target.channel_id, target.thread_ts ?? ''];
    case 'telegram':
      return [target.chat_id, target.message_thread_id ?? ''];
    case 'external':
      return [target.conversation ?? target.route];
  }
}
