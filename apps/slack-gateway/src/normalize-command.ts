import { deliveryId } from './event-id.ts';
import { channelKind, timeOf, type Reading, type ReadingContext } from './said.ts';
import type { SlackCommand } from './slack-payload.ts';
import { readSlackText } from './slack-text.ts';

/** Reads a slash command. It happens in a channel, never in a thread. */
export function saidByCommand(body: SlackCommand, { now }: ReadingContext): Reading {
  const { channel_id: channel, channel_name: title, user_id: user, user_name: name, command } = body;
  const { text, mentions } = readSlackText(body.text);
  return {
    ok: true,
    said: {
      type: 'trunkline.command.invoked',
      id: deliveryId({ kind: 'command', body }),
      time: timeOf(undefined, now),
      place: { channel, kind: channelKind(channel), title },
      actor: { id: user, ...(name !== undefined && { name }) },
      content: { text: text === '' ? command : `${command} ${text}`, ...(mentions.length > 0 && { mentions }) },
      intent: command.slice(1),
      facts: { trigger_id: body.trigger_id },
      addressed: 'yes',
    },
  };
}
