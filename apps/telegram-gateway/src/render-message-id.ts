/** A message of ours on Telegram. `chatId` only where it lies in another chat than its delivery's target: the group had moved. */
export interface MessagePlace {
  chatId?: string;
  messageId: number;
}

/** Message ids count from 1 in each chat. */
const written = /^(?:(-?\d{1,20}):)?([1-9]\d{0,14})$/;

/** Reads what `messageIdText` wrote, or the bare id of a message; `undefined` for ids of other platforms. */
export function readMessageId(text: string): MessagePlace | undefined {
  const [, chatId, messageId] = written.exec(text) ?? [];
  if (messageId === undefined) return undefined;
  return { ...(chatId !== undefined && { chatId }), messageId: Number(messageId) };
}

/** A message as a platform id of its delivery. */
export const messageIdText = ({ chatId, messageId }: MessagePlace): string =>
  chatId === undefined ? String(messageId) : `${chatId}:${messageId}`;
