import type { Delivery, Output, OutputPart, ReplyHandle } from '@trunkline/events';
import { keyboardsOf, type Keyboard } from './render-buttons.ts';
import { readMessageId, type MessagePlace } from './render-message-id.ts';
import { reactionEmoji } from './render-reaction.ts';
import type { Sending, TelegramCall, TelegramStep } from './render-step.ts';
import { maxCaptionUnits, maxTextUnits, textChunks, type TextFormat } from './render-text.ts';

/** Messages that an output replaces or takes back, in order; `forgotten`: there is no record of what it would apply to. */
export type Earlier = readonly MessagePlace[] | 'forgotten';

/** What an output alone does not say. */
export interface RenderFacts {
  /** The connector's: for texts that do not say what they are written in. */
  format: TextFormat;
  /** Of the output that this one edits or deletes, or what was shown live of this one. */
  earlier: Earlier;
}

type TelegramTarget = Extract<ReplyHandle, { type: 'telegram' }>;

/** Stands where buttons have no message of their own to hang on: Telegram sends none without text. */
const pointer = '👇';

/** An output as calls, in order. Texts are cut to size; an edit replaces message by message, and takes back what is left over. */
export function renderSteps({ output, target }: Delivery, facts: RenderFacts): TelegramStep[] {
  return callsOf(output, target, facts).map((call, index) => ({ index, ...call }));
}

function callsOf(output: Output, target: ReplyHandle, facts: RenderFacts): TelegramCall[] {
  if (target.type !== 'telegram') {
    return [refuse('target_of_other_kind', `A target of type ${target.type} came to the telegram gateway.`)];
  }
  const earlier = facts.earlier === 'forgotten' ? [] : facts.earlier;
  if (output.delete_of !== undefined) {
    return facts.earlier === 'forgotten' ? [nothingKnown] : earlier.map((of) => ({ do: 'delete', of }));
  }
  const calls = output.reaction === undefined ? [] : [reactionCall(output.reaction)];
  if (output.content !== undefined || output.parts !== undefined) {
    const sendings = messagesOf(output, facts.format).map((it) => ({ ...it, ...topicOf(target) }));
    return [
      ...calls,
      ...placed(sendings, { earlier, replyTo: replyTargetOf(output.reply_to_message ?? target.reply_to_message_id) }),
    ];
  }
  if (calls.length === 0 && output.status !== undefined) return [{ do: 'typing', ...topicOf(target) }];
  return calls;
}

const refuse = (code: string, reason: string): TelegramCall => ({ do: 'refuse', code, reason });

const nothingKnown = refuse('output_unknown', 'There is no record of the output at this target (kept for 48 hours).');

function reactionCall({ name, on }: NonNullable<Output['reaction']>): TelegramCall {
  const place = readMessageId(on);
  if (!place) return refuse('message_id_invalid', 'reaction.on is not the id of a Telegram message.');
  const emoji = reactionEmoji(name);
  if (emoji === undefined) return refuse('reaction_unknown', 'Telegram has no reaction of this name; give the emoji.');
  return { do: 'react', on: place, emoji };
}

/** The topic to name in a call. Sending to thread 1, the General topic, fails: it is where messages without a topic go. */
export function topicOf({ message_thread_id: id }: TelegramTarget): { threadId?: number } {
  return id === undefined || id === '1' || !/^\d{1,15}$/.test(id) ? {} : { threadId: Number(id) };
}

/** The message to reply to, if the id is one of Telegram's. */
export const replyTargetOf = (id: string | undefined): number | undefined =>
  id === undefined ? undefined : readMessageId(id)?.messageId;

/** Everything said, as new messages. */
function messagesOf(output: Output, connectorFormat: TextFormat): Sending[] {
  const format = output.format ?? connectorFormat;
  const messages = texts(output.content ?? '', format);
  for (const part of output.parts ?? []) {
    if (part.type === 'text') messages.push(...texts(part.text, part.format ?? format));
    else if (part.type === 'attachment') messages.push(...fileMessages(part, format));
    else hangButtons(messages, keyboardsOf(part.rows));
  }
  return messages;
}

function texts(text: string, format: TextFormat): Sending[] {
  return textChunks(text, { format, limit: maxTextUnits }).map((chunk) => ({ do: 'text', chunk }));
}

/** A caption that is longer than Telegram's follows as messages of its own. */
function fileMessages(part: Extract<OutputPart, { type: 'attachment' }>, format: TextFormat): Sending[] {
  const { type: _type, caption = '', ...file } = part;
  const [first, ...more] = textChunks(caption, { format, limit: maxCaptionUnits });
  if (first === undefined) return [{ do: 'file', file }];
  if (more.length === 0) return [{ do: 'file', file, caption: first }];
  return [{ do: 'file', file }, ...texts(caption, format)];
}

function hangButtons(messages: Sending[], keyboards: readonly Keyboard[]): void {
  for (const keyboard of keyboards) {
    const last = messages.at(-1);
    if (last && last.keyboard === undefined) last.keyboard = keyboard;
    else messages.push({ do: 'text', chunk: { text: pointer }, keyboard });
  }
}

/** Texts take the place of earlier messages as long as there are any; only what is new in the chat can be a reply. */
function placed(
  sendings: readonly Sending[],
  { earlier, replyTo }: { earlier: readonly MessagePlace[]; replyTo: number | undefined },
): TelegramCall[] {
  if (earlier.length === 0) {
    return sendings.map((it, at) => (at === 0 && replyTo !== undefined ? { ...it, replyTo } : it));
  }
  const free = [...earlier];
  const calls = sendings.map((it): TelegramCall => {
    const of = it.do === 'text' ? free.shift() : undefined;
    return it.do === 'text' && of ? { ...it, do: 'edit', of } : it;
  });
  return [...calls, ...free.map((of): TelegramCall => ({ do: 'delete', of }))];
}
