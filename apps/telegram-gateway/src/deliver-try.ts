import {
  deleteMessage,
  editText,
  react,
  sendFile,
  sendText,
  showTyping,
  type Called,
  type CallSite,
} from './deliver-call.ts';
import type { LoadedFile } from './deliver-file.ts';
import type { MessagePlace } from './render-message-id.ts';
import type { TelegramCall, Trimmings } from './render-step.ts';
import { withoutFormatting, type TextChunk } from './render-text.ts';
import type { Degradation, Meaning } from './telegram-errors.ts';

/** A step that makes a call. */
export type Calling = Exclude<TelegramCall, { do: 'refuse' }>;

/** How a step is tried: in which chat, without what, and whether an edit is sent as a new message. */
export interface Manner {
  chatId: string;
  without: readonly Degradation[];
  anew: boolean;
  /** Whether this delivery found out that the group has another id. */
  moved: boolean;
}

/** What stays the same over the tries of a step. `homeId`: the chat that the target names, where bare message ids belong. */
export interface TrySite extends Omit<CallSite, 'chatId'> {
  homeId: string;
  file?: LoadedFile | undefined;
}

/** Makes a step's call once, in one manner. */
export async function tryStep(step: Calling, manner: Manner, site: TrySite): Promise<Called> {
  const at: CallSite = { api: site.api, signal: site.signal, chatId: manner.chatId };
  const isHere = (place: MessagePlace) => liesIn(place, manner, site);
  switch (step.do) {
    case 'text':
      return sendText({ chunk: textOf(step.chunk, manner), ...trimmingsOf(step, manner, site) }, at);
    case 'edit': {
      const said = { chunk: textOf(step.chunk, manner), ...trimmingsOf(step, manner, site) };
      return isEdit(step, manner, site) ? editText({ ...said, messageId: step.of.messageId }, at) : sendText(said, at);
    }
    case 'file':
      if (!site.file) throw new Error('The file of a step was not loaded.');
      return sendFile(
        {
          file: site.file,
          caption: step.caption && textOf(step.caption, manner),
          plainly: manner.without.includes('media'),
          ...trimmingsOf(step, manner, site),
        },
        at,
      );
    case 'delete':
      return isHere(step.of) ? deleteMessage(step.of.messageId, at) : leftBehind;
    case 'react':
      return isHere(step.on) ? react({ messageId: step.on.messageId, emoji: step.emoji }, at) : leftBehind;
    case 'typing':
      return showTyping(step, at);
  }
}

/** Messages of a group are out of reach once it is a supergroup. */
const leftBehind: Called = { ok: true, result: {} };

/** How to try a step again after a refusal, if it can be otherwise than before. Nothing was sent yet. */
export function otherManner(meaning: Meaning, manner: Manner, step: Calling): Manner | undefined {
  switch (meaning.means) {
    case 'outcome':
      return undefined;
    case 'degrade':
      if (manner.without.includes(meaning.without)) return undefined;
      return { ...manner, without: [...manner.without, meaning.without] };
    case 'gone':
      return step.do === 'edit' && !manner.anew ? { ...manner, anew: true } : undefined;
    case 'migrated':
      return manner.moved ? undefined : { ...manner, chatId: meaning.to, moved: true };
  }
}

/** Whether making the call twice does no harm: all but sending does none. */
export const isRepeatable = (step: Calling, manner: Manner, site: TrySite): boolean =>
  step.do === 'edit' ? isEdit(step, manner, site) : step.do !== 'text' && step.do !== 'file';

/** Whether a step that is an edit changes a message, or says it anew. */
export function isEdit(step: Extract<Calling, { do: 'edit' }>, manner: Manner, site: Pick<TrySite, 'homeId'>): boolean {
  return !manner.anew && liesIn(step.of, manner, site);
}

const liesIn = ({ chatId }: MessagePlace, manner: Manner, { homeId }: Pick<TrySite, 'homeId'>): boolean =>
  (chatId ?? homeId) === manner.chatId;

const textOf = (chunk: TextChunk, { without }: Manner): TextChunk =>
  without.includes('entities') ? withoutFormatting(chunk) : chunk;

/** Message ids and topics are those of the target's chat: in another one they mean nothing, or something else. */
function trimmingsOf({ threadId, replyTo, keyboard }: Trimmings, manner: Manner, { homeId }: TrySite): Trimmings {
  const isHome = manner.chatId === homeId;
  return {
    ...(threadId !== undefined && isHome && !manner.without.includes('thread') && { threadId }),
    ...(replyTo !== undefined && isHome && !manner.without.includes('reply') && { replyTo }),
    ...(keyboard && { keyboard }),
  };
}
