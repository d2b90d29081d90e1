import { z } from 'zod';
import { appScoped } from './event-id.ts';
import { channelKind, ignored, timeOf, type Reading, type ReadingContext } from './said.ts';
import { maybe, slackId, slackTs, whereItFails, type EventCallback } from './slack-payload.ts';

const reaction = z.object({
  user: slackId,
  reaction: z.string().regex(/^\S{1,200}$/),
  item: z.looseObject({ type: z.string() }),
  // Missing where a webhook wrote the message.
  item_user: maybe(slackId),
  event_ts: maybe(slackTs),
});
const onMessage = z.object({ channel: slackId, ts: slackTs });

/** Reads reactions to messages. Slack names the message, not its thread: a reply stands for a thread of its own here. */
export function saidByReaction(body: EventCallback, { bot, now }: ReadingContext): Reading {
  const parsed = reaction.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { user, reaction: name, item, item_user: author, event_ts: at } = parsed.data;
  if (bot.users.has(user)) return ignored('own_message', 'The bot reacted itself.');
  const target = onMessage.safeParse(item);
  if (item.type !== 'message' || !target.success) return ignored('item_not_message', 'It is no reaction to a message.');
  const { channel, ts } = target.data;
  return {
    ok: true,
    said: {
      type: body.event.type === 'reaction_added' ? 'trunkline.reaction.added' : 'trunkline.reaction.removed',
      id: appScoped(body.api_app_id, body.event_id),
      time: timeOf(at ?? body.event_time, now),
      place: { channel, kind: channelKind(channel), root: ts },
      actor: { id: user },
      content: { text: name },
      relation: { kind: 'reaction_to', target_message_id: ts },
      facts: { item_user: author },
      addressed: author !== undefined && bot.users.has(author) ? 'yes' : 'if_bound',
    },
  };
}
