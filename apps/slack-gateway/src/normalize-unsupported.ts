import { z } from 'zod';
import { appScoped } from './event-id.ts';
import { channelKind, timeOf, type Reading, type ReadingContext } from './said.ts';
import { maybe, slackId, slackTs, type EventCallback } from './slack-payload.ts';

const hints = z.object({
  channel: maybe(slackId),
  channel_id: maybe(slackId),
  user: maybe(slackId),
  user_id: maybe(slackId),
  event_ts: maybe(slackTs),
});

/** Hands on what we have no words for, to connectors that name the event: as Slack sent it. */
export function saidByAnything(body: EventCallback, { now }: ReadingContext): Reading {
  const {
    channel,
    channel_id: channelId = channel,
    user,
    user_id: userId = user,
    event_ts: at,
  } = hints.parse(body.event);
  return {
    ok: true,
    said: {
      type: 'trunkline.unsupported',
      id: appScoped(body.api_app_id, body.event_id),
      time: timeOf(at ?? body.event_time, now),
      place: { channel: channelId, kind: channelId === undefined ? 'none' : channelKind(channelId) },
      actor: { id: userId ?? 'slack' },
      facts: { event: body.event.type },
      raw: body.event,
      addressed: 'yes',
    },
  };
}
