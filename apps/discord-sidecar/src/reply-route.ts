/** Where an answer goes, and the message that it answers. */
export interface ReplyRoute {
  channelId: string;
  messageId?: string | undefined;
}

const form = /^(\d{15,20})(?:\/(\d{15,20}))?$/;

/** `<channel id>/<message id>`; operators may write the channel's id alone. */
export const writeRoute = ({ channelId, messageId }: ReplyRoute): string =>
  messageId === undefined ? channelId : `${channelId}/${messageId}`;

/** Undefined: it is not a route of ours. */
export function readRoute(text: string): ReplyRoute | undefined {
  const [, channelId, messageId] = form.exec(text.trim()) ?? [];
  return channelId === undefined ? undefined : { channelId, messageId };
}
