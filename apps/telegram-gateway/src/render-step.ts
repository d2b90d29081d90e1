import type { Step } from '@trunkline/deliveries';
import type { OutputPart } from '@trunkline/events';
import type { Keyboard } from './render-buttons.ts';
import type { MessagePlace } from './render-message-id.ts';
import type { TextChunk } from './render-text.ts';

/** Where the bytes of a file are, and what is known of it before they are fetched. */
export type FileSource = Omit<Extract<OutputPart, { type: 'attachment' }>, 'type' | 'caption'>;

/** What goes with a message. A topic is named only where it is one of Telegram's (never 1, the General topic). */
export interface Trimmings {
  threadId?: number;
  replyTo?: number;
  keyboard?: Keyboard;
}

/** One message that is new in the chat. */
export type Sending = ({ do: 'text'; chunk: TextChunk } | { do: 'file'; file: FileSource; caption?: TextChunk }) &
  Trimmings;

/** One call, in Telegram's terms but for how files are sent, which their bytes decide. `edit` becomes a new message where the old is gone. */
export type TelegramCall =
  | Sending
  | ({ do: 'edit'; of: MessagePlace; chunk: TextChunk } & Trimmings)
  | { do: 'delete'; of: MessagePlace }
  | { do: 'react'; on: MessagePlace; emoji: string }
  | { do: 'typing'; threadId?: number }
  | { do: 'refuse'; code: string; reason: string };

/** One step of a delivery: one message, changed message, deletion, reaction or status. */
export type TelegramStep = Step & TelegramCall;
