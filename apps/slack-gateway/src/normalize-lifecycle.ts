import { z } from 'zod';
import { appScoped } from './event-id.ts';
import { channelKind, ignored, timeOf, type Place, type Reading, type ReadingContext, type Said } from './said.ts';
import { maybe, slackId, slackTs, whereItFails, type EventCallback } from './slack-payload.ts';

const at = { event_ts: maybe(slackTs), user: maybe(slackId) };
const inChannel = z.object({ ...at, channel: slackId, channel_type: maybe(z.string()) });
const moved = z.object({ ...at, old_channel_id: slackId, new_channel_id: slackId });
const nowhere = z.object({ ...at, tokens: maybe(z.object({ bot: maybe(z.array(slackId).max(100)) })) });
const stopped = z.object({
  ...at,
  channel: slackId,
  thread_ts: maybe(slackTs),
  streaming_message_ts: maybe(z.array(slackTs).max(100)),
});

const channelChanges: Readonly<Record<string, string>> = {
  channel_archive: 'archived',
  group_archive: 'archived',
  channel_unarchive: 'unarchived',
  group_unarchive: 'unarchived',
  channel_deleted: 'deleted',
  channel_left: 'left',
  group_left: 'left',
};
const memberChanges: Readonly<Record<string, string>> = {
  member_joined_channel: 'joined',
  member_left_channel: 'left',
};
const installationChanges: Readonly<Record<string, string>> = {
  app_uninstalled: 'uninstalled',
  tokens_revoked: 'tokens_revoked',
};

/** Reads what changes a channel, the installation or a running turn; `undefined` for everything else. */
export function saidByLifecycle(body: EventCallback, context: ReadingContext): Reading | undefined {
  const { type } = body.event;
  if (type === 'agent_session_stopped') return cancelled(body, context);
  if (type === 'channel_id_changed') return migrated(body, context);
  const ofChannel = channelChanges[type];
  if (ofChannel !== undefined) return channelChanged(ofChannel, { body, context });
  const ofMember = memberChanges[type];
  if (ofMember !== undefined) return membershipChanged(ofMember, { body, context });
  const ofInstallation = installationChanges[type];
  return ofInstallation === undefined ? undefined : installationChanged(ofInstallation, { body, context });
}

interface Deps {
  body: EventCallback;
  context: ReadingContext;
}

type Fields = { event_ts?: string | undefined; user?: string | undefined };

function base(
  { body, context }: Deps,
  { event_ts: ts, user }: Fields,
): Pick<Said, 'id' | 'time' | 'actor' | 'addressed'> {
  const id = appScoped(body.api_app_id, body.event_id);
  // Slack itself, where it names nobody.
  return { id, time: timeOf(ts ?? body.event_time, context.now), actor: { id: user ?? 'slack' }, addressed: 'yes' };
}

function changed(change: string, place: Place): Pick<Said, 'type' | 'place' | 'content' | 'change'> {
  return { type: 'trunkline.conversation.changed', place, content: { text: change }, change };
}

function channelChanged(change: string, deps: Deps): Reading {
  const parsed = inChannel.safeParse(deps.body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { channel, channel_type: type, ...fields } = parsed.data;
  const place = { channel, kind: channelKind(channel, type) };
  return { ok: true, said: { ...base(deps, fields), ...changed(change, place) } };
}

function membershipChanged(change: string, deps: Deps): Reading {
  const parsed = inChannel.safeParse(deps.body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { user } = parsed.data;
  if (user === undefined || !deps.context.bot.users.has(user)) {
    return ignored('not_the_bot', 'Somebody else joined or left.');
  }
  return channelChanged(change, deps);
}

/** The conversation is the new one: who follows the old one learns where it went. */
function migrated(body: EventCallback, context: ReadingContext): Reading {
  const parsed = moved.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { old_channel_id: from, new_channel_id: channel, ...fields } = parsed.data;
  const place = { channel, kind: channelKind(channel) };
  const said = { ...base({ body, context }, fields), ...changed('migrated', place), facts: { migrated_from: from } };
  return { ok: true, said };
}

function installationChanged(change: string, deps: Deps): Reading {
  const parsed = nowhere.safeParse(deps.body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { tokens, ...fields } = parsed.data;
  const place = { channel: undefined, kind: 'none' } as const;
  return { ok: true, said: { ...base(deps, fields), ...changed(change, place), facts: { bots: tokens?.bot } } };
}

function cancelled(body: EventCallback, context: ReadingContext): Reading {
  const parsed = stopped.safeParse(body.event);
  if (!parsed.success) return ignored('event_unreadable', whereItFails(parsed.error));
  const { channel, thread_ts: root, streaming_message_ts: streams, ...fields } = parsed.data;
  const target = streams?.[0] ?? root;
  return {
    ok: true,
    said: {
      ...base({ body, context }, fields),
      type: 'trunkline.turn.cancelled',
      place: { channel, kind: channelKind(channel), root, inThread: root !== undefined },
      ...(target !== undefined && { relation: { kind: 'reply_to', target_message_id: target } }),
      facts: { streams: streams?.length ? streams : undefined },
    },
  };
}
