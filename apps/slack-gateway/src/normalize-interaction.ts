import type { EventData } from '@trunkline/events';
import { z } from 'zod';
import { appScoped, deliveryId, digest } from './event-id.ts';
import { chosenIn } from './chosen-value.ts';
import { outputOfBlock } from './render-buttons.ts';
import { channelKind, ignored, timeOf, type Place, type Reading, type ReadingContext, type Said } from './said.ts';
import { maybe, shortText, slackId, slackTs, whereItFails, type SlackInteraction } from './slack-payload.ts';
import { readSlackText } from './slack-text.ts';

const messageRef = maybe(z.object({ ts: maybe(slackTs), thread_ts: maybe(slackTs), text: z.string().catch('') }));

const press = z.object({
  actions: z
    .array(z.looseObject({ action_ts: maybe(slackTs), action_id: maybe(shortText), block_id: maybe(shortText) }))
    .min(1),
  container: maybe(
    z.object({
      message_ts: maybe(slackTs),
      thread_ts: maybe(slackTs),
      channel_id: maybe(slackId),
      view_id: maybe(slackId),
    }),
  ),
  message: messageRef,
  // Of attachments with buttons, the old form.
  original_message: messageRef,
  message_ts: maybe(slackTs),
  view: maybe(z.object({ id: maybe(slackId), callback_id: maybe(shortText), private_metadata: maybe(shortText) })),
});

const submission = z.object({
  view: z.object({
    id: slackId,
    hash: maybe(slackId),
    callback_id: maybe(shortText),
    external_id: maybe(shortText),
    private_metadata: maybe(shortText),
    state: maybe(z.object({ values: maybe(z.record(z.string(), z.unknown())) })),
  }),
});

const shortcut = z.object({ message: messageRef, message_ts: maybe(slackTs) });

/** Reads presses, submitted and closed views, and shortcuts. */
export function saidByInteraction(body: SlackInteraction, context: ReadingContext): Reading {
  switch (body.type) {
    case 'block_actions':
    case 'interactive_message':
      return saidByPress(body, context);
    case 'view_submission':
    case 'view_closed':
      return saidByView(body, context);
    case 'shortcut':
    case 'message_action':
      return saidByShortcut(body, context);
    default:
      return ignored('interaction_not_supported', 'There is nothing for this kind of interaction here.');
  }
}

function base(
  body: SlackInteraction,
  { now }: ReadingContext,
): Pick<Said, 'type' | 'id' | 'time' | 'actor' | 'addressed'> {
  const name = body.user.username ?? body.user.name;
  return {
    type: 'trunkline.interaction.received',
    id: deliveryId({ kind: 'interaction', body }),
    time: timeOf(body.action_ts, now),
    actor: { id: body.user.id, ...(name !== undefined && { name }) },
    addressed: 'yes',
  };
}

function saidByPress(body: SlackInteraction, context: ReadingContext): Reading {
  const parsed = press.safeParse(body);
  if (!parsed.success) return ignored('interaction_unreadable', whereItFails(parsed.error));
  const { actions, container, view, ...rest } = parsed.data;
  const message = rest.message ?? rest.original_message;
  const [action] = actions;
  const ts = message?.ts ?? container?.message_ts ?? rest.message_ts;
  const thread = message?.thread_ts ?? container?.thread_ts;
  const button = chosenIn(action);
  const at = action?.action_ts ?? body.action_ts;
  const channel = body.channel ?? (container?.channel_id === undefined ? undefined : { id: container.channel_id });
  const said: Said = {
    ...base(body, context),
    id: at === undefined ? deliveryId({ kind: 'interaction', body }) : appScoped(body.api_app_id, body.user.id, at),
    time: timeOf(at, context.now),
    place: placeOf(body, { channel, ts, thread }),
    content: { text: button.label, buttons: [button] },
    ...messagePart(ts, thread),
    intent: action?.action_id ?? body.callback_id,
    facts: {
      interaction: body.type,
      block_id: action?.block_id,
      output_id: outputOfBlock(action?.block_id ?? ''),
      callback_id: body.callback_id ?? view?.callback_id,
      view_id: view?.id ?? container?.view_id,
      private_metadata: view?.private_metadata,
      trigger_id: body.trigger_id,
    },
  };
  return { ok: true, said };
}

function messagePart(ts: string | undefined, thread: string | undefined): Pick<Said, 'message' | 'relation'> {
  if (ts === undefined) return {};
  const message: EventData['message'] = { id: ts, ...(thread !== undefined && { thread_id: thread }) };
  return { message, relation: { kind: 'press_of', target_message_id: ts } };
}

/** Values above this size go with the raw payload, which may be put into the object store. */
const largestValues = 64 * 1024;

function saidByView(body: SlackInteraction, context: ReadingContext): Reading {
  const parsed = submission.safeParse(body);
  if (!parsed.success) return ignored('interaction_unreadable', whereItFails(parsed.error));
  const { view } = parsed.data;
  const values = view.state?.values;
  const large = values !== undefined && JSON.stringify(values).length > largestValues;
  // The hash is the version of the view: the same one submitted twice is a repeat.
  const version = view.hash ?? body.trigger_id ?? digest(view);
  const said: Said = {
    ...base(body, context),
    id: appScoped(body.api_app_id, body.type === 'view_closed' ? 'closed' : 'view', view.id, version),
    place: placeOf(body, { channel: undefined, ts: undefined, thread: undefined }),
    content: { text: view.callback_id ?? body.type },
    intent: view.callback_id,
    facts: {
      interaction: body.type,
      callback_id: view.callback_id,
      view_id: view.id,
      external_id: view.external_id,
      private_metadata: view.private_metadata,
      values: large ? undefined : values,
      trigger_id: body.trigger_id,
    },
    ...(large && { raw: { values } }),
  };
  return { ok: true, said };
}

function saidByShortcut(body: SlackInteraction, context: ReadingContext): Reading {
  const parsed = shortcut.safeParse(body);
  if (!parsed.success) return ignored('interaction_unreadable', whereItFails(parsed.error));
  const { message, message_ts: ts = message?.ts } = parsed.data;
  const thread = message?.thread_ts;
  const text = message === undefined ? (body.callback_id ?? body.type) : readSlackText(message.text).text;
  const said: Said = {
    ...base(body, context),
    place: placeOf(body, { channel: body.channel, ts, thread }),
    content: { text },
    ...messagePart(ts, thread),
    intent: body.callback_id,
    facts: { interaction: body.type, callback_id: body.callback_id, trigger_id: body.trigger_id },
  };
  return { ok: true, said };
}

interface Spot {
  channel: { id: string; name?: string | undefined } | undefined;
  ts: string | undefined;
  thread: string | undefined;
}

/** A view and a global shortcut belong to no channel: Slack takes the user's id for the direct messages with the bot. */
function placeOf(body: SlackInteraction, { channel, ts, thread }: Spot): Place {
  if (channel === undefined) return { channel: body.user.id, kind: 'direct' };
  const inThread = thread !== undefined && thread !== ts;
  return { channel: channel.id, kind: channelKind(channel.id), title: channel.name, root: thread ?? ts, inThread };
}
