/* eslint max-params: ["error", 4] -- target, id, text, context: as LivePresenter has it */
import { createHash } from 'node:crypto';
import type { Budget } from '@trunkline/deliveries';
import type { ReplyHandle } from '@trunkline/events';
import type { LiveContext, LivePresenter, LiveUpdated } from '@trunkline/gateway-kit';
import { healOpenMarkdown } from '@trunkline/markdown';
import type { BotFailure } from './bot-api.ts';
import type { TelegramBots } from './deliver-bots.ts';
import { draftText, editText, sendText, showTyping, type CallSite } from './deliver-call.ts';
import type { ChatMigrations } from './deliver-migrations.ts';
import { messageIdText, readMessageId } from './render-message-id.ts';
import type { Trimmings } from './render-step.ts';
import { maxTextUnits, textChunks, withoutFormatting, type TextChunk, type TextFormat } from './render-text.ts';
import { replyTargetOf, topicOf } from './render.ts';
import { telegramMeaning } from './telegram-errors.ts';

/** Typing lasts 5 s (platform-facts B4). Groups take 20 messages and edits a minute. */
const typingMs = 4_000;
const updateMs = 1_500;
const groupUpdateMs = 3_000;
const laterMs = 5_000;
/** Room for what formatting adds. */
const visibleUnits = 3_800;

/** What showing needs of the world. */
export interface PresenterDeps {
  bots: TelegramBots;
  migrations: Pick<ChatMigrations, 'newestId'>;
  /** The deliveries': what is shown live uses it up too. */
  budget: Budget;
  now: () => number;
}

type TelegramTarget = Extract<ReplyHandle, { type: 'telegram' }>;

interface Place {
  target: TelegramTarget;
  site: CallSite;
  format: TextFormat;
}

/**
 * Shows growing texts: as a draft in private chats where the server knows drafts, else as a message that is edited, and that the
 * durable output edits once more. A draft goes by itself when the message comes.
 */
export function createTelegramPresenter(deps: PresenterDeps): LivePresenter {
  const { bots, migrations, budget, now } = deps;
  const withoutDrafts = new Set<string>();
  const nextInGroup = new Map<string, number>();

  function placeOf(target: ReplyHandle, signal: AbortSignal): Place | undefined {
    if (target.type !== 'telegram') return undefined;
    const bot = bots.get(target.connector);
    if (!bot) return undefined;
    const chatId = migrations.newestId(target.connector, target.chat_id);
    return { target, site: { api: bot.api, chatId, signal }, format: bot.config.format };
  }

  /** How long a group has to wait for its next edit; a wait of 0 is taken. */
  function groupWaitMs({ chatId }: CallSite): number {
    if (!chatId.startsWith('-')) return 0;
    const waitMs = (nextInGroup.get(chatId) ?? 0) - now();
    if (waitMs > 0) return waitMs;
    for (const [chat, at] of nextInGroup) if (at <= now()) nextInGroup.delete(chat);
    nextInGroup.set(chatId, now() + groupUpdateMs);
    return 0;
  }

  async function mayCall(target: ReplyHandle, { signal }: Pick<LiveContext, 'signal'>): Promise<boolean> {
    return (await budget.take(target, { signal, draining: signal })) !== undefined;
  }

  return {
    statusEveryMs: typingMs,
    updateEveryMs: updateMs,
    limit: visibleUnits,

    async open(target, text, context) {
      const place = placeOf(target, context.signal);
      const chunk = place && liveChunk(text, place.format);
      if (!place || !chunk || !(await mayCall(target, context))) return 'cannot';
      groupWaitMs(place.site);
      if (takesDrafts(place) && !withoutDrafts.has(place.target.connector)) {
        const id = draftIdOf(context);
        const answer = await draftText({ chunk, id, ...topicOf(place.target) }, place.site);
        if (answer.ok) return { id: `${draftPrefix}${id}` };
        if (isUnknownMethod(answer)) withoutDrafts.add(place.target.connector);
        else if (!isRefusal(answer)) return 'cannot';
      }
      return openMessage(chunk, place);
    },

    async update(target, id, text, context) {
      const place = placeOf(target, context.signal);
      const chunk = place && liveChunk(text, place.format);
      if (!place || !chunk) return { afterMs: laterMs };
      const waitMs = groupWaitMs(place.site);
      if (waitMs > 0) return { afterMs: waitMs };
      if (!(await mayCall(target, context))) return { afterMs: updateMs };
      if (!id.startsWith(draftPrefix)) return updateMessage(chunk, { id, place });
      const said = { chunk, id: Number(id.slice(draftPrefix.length)), ...topicOf(place.target) };
      return updated(await draftText(said, place.site));
    },

    async status(target, _status, { signal }) {
      const place = placeOf(target, signal);
      // Telegram has one status that suits; whether it was shown matters to nobody.
      if (place) await showTyping(topicOf(place.target), place.site);
    },
  };
}

const draftPrefix = 'draft:';

/** The same for every process that shows the delivery: positive, 31 bits. */
function draftIdOf({ deliveryId }: LiveContext): number {
  return createHash('sha256').update(deliveryId).digest().readUInt32BE(0) % 0x7fffffff || 1;
}

const takesDrafts = ({ site }: Place) => /^\d+$/.test(site.chatId);

const isUnknownMethod = (failure: BotFailure) => failure.kind === 'api' && failure.code === 404;
const isRefusal = (failure: BotFailure) => failure.kind === 'api' && failure.code === 400;

/** What is shown of a text that is not whole yet: its first message, with nothing in it that could be refused. */
function liveChunk(text: string, format: TextFormat): TextChunk | undefined {
  const healed = format === 'markdown' ? healOpenMarkdown(text) : text;
  const chunk = textChunks(healed, { format, limit: maxTextUnits })[0];
  // HTML that stops anywhere cannot be parsed.
  return chunk?.html ? withoutFormatting(chunk) : chunk;
}

/** Of a message whose answer was lost nobody knows the id: the durable output is a message of its own then. */
async function openMessage(chunk: TextChunk, { target, site }: Place): Promise<{ id: string } | 'cannot'> {
  const isHome = site.chatId === target.chat_id;
  const replyTo = isHome ? replyTargetOf(target.reply_to_message_id) : undefined;
  const trimmings: Trimmings = { ...topicOf(target), ...(replyTo !== undefined && { replyTo }) };
  const answer = await sendText({ chunk, ...trimmings }, site);
  if (!answer.ok || answer.result.message_id === undefined) return 'cannot';
  return { id: messageIdText({ messageId: answer.result.message_id, ...(!isHome && { chatId: site.chatId }) }) };
}

async function updateMessage(chunk: TextChunk, { id, place }: { id: string; place: Place }): Promise<LiveUpdated> {
  const shown = readMessageId(id);
  if (!shown || (shown.chatId ?? place.target.chat_id) !== place.site.chatId) return 'gone';
  return updated(await editText({ chunk, messageId: shown.messageId }, place.site));
}

function updated(answer: { ok: true } | BotFailure): LiveUpdated {
  if (answer.ok) return 'ok';
  const meaning = telegramMeaning(answer, { repeatable: true });
  if (meaning.means === 'gone' || meaning.means === 'migrated') return 'gone';
  const { outcome } = meaning;
  if (outcome.outcome === 'delivered') return 'ok';
  return { afterMs: (outcome.outcome === 'retry' ? outcome.afterMs : undefined) ?? laterMs };
}
