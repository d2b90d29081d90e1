import type { Bus } from '@trunkline/bus';
import type { TelegramConnector } from '@trunkline/config';
import { noteIgnored, packEvent, type AssetUrls, type EmitOutcome, type EmitPackage } from '@trunkline/gateway-kit';
import type { TrunklineEvent } from '@trunkline/events';
import { traceparentOf, type Span } from '@trunkline/telemetry';
import type { BotNames } from './bot-names.ts';
import {
  changeKey,
  eventScope,
  normalize,
  unreadable,
  type Normalized,
  type TranslatedConnector,
} from './normalize.ts';
import type { PreparedConnector } from './prepared-connector.ts';
import type { PressAnswers } from './press-answers.ts';
import { pressDataOf, type IdentifiedUpdate } from './update-payload.ts';

/** Where chats went that got another id: what was allowed under the old one still is. */
export interface ChatMoves {
  formerIds(connector: string, chatId: string): string[];
  remember(move: { connector: string; from: string; to: string }): Promise<void>;
}

export interface StoreDeps {
  emit: EmitPackage;
  bus: Pick<Bus, 'append' | 'names'>;
  assetUrls: Pick<AssetUrls, 'urlOf'>;
  botNames: Pick<BotNames, 'of'>;
  presses: Pick<PressAnswers, 'answer'>;
  chatMoves: ChatMoves;
  /** The value of a button that was too long for Telegram (`heldValueKey`), if it is still kept. */
  heldValue(data: string): Promise<string | undefined>;
  /** Tries again what goes to a chat that was given up (`releaseChat`). */
  release(chat: { connector: string; chatId: string }): Promise<void>;
  now: () => number;
  log: { error(fields: object, message: string): void };
}

/** What became of an update. `later`: nothing may be assumed stored, it has to come again. All else is final. */
export type Settled =
  | { settled: 'stored' | 'duplicate'; eventId: string }
  | { settled: 'ignored'; eventId: string; code: string }
  | { settled: 'later'; eventId: string; reason: 'rate_limited' | 'bus_unavailable'; retryAfterMs: number };

/**
 * Stores an update as an event, or notes why it is none. What this returns has been acknowledged by the bus.
 *
 * Throws BusUnavailableError where even a note could not be kept. A poison update is noted like any other that is no event.
 */
export async function storeUpdate(
  received: { update: IdentifiedUpdate; connector: PreparedConnector; span: Span },
  deps: StoreDeps,
): Promise<Settled> {
  const { update, connector } = received;
  const { name } = connector.config;
  const formerIds = (chatId: number) => deps.chatMoves.formerIds(name, String(chatId));
  const press = 'callback_query' in update ? pressDataOf(update) : undefined;
  const heldValue = press === undefined ? undefined : await deps.heldValue(press);
  const context = { config: connector.config, bot: deps.botNames.of(connector), formerIds, heldValue };
  const translated = translate(update, context, deps);
  const settled = await settle(translated, received, deps);
  const { pressId: id } = translated;
  if (id !== undefined && settled.settled !== 'later') {
    deps.presses.answer({ id, connector: name, bot: connector.bot });
  }
  return settled;
}

function translate(update: IdentifiedUpdate, connector: TranslatedConnector, deps: StoreDeps): Normalized {
  try {
    return normalize(update, connector, deps);
  } catch (error) {
    deps.log.error({ err: error, connector: connector.config.name, update_id: update.update_id }, 'update.unreadable');
    return { outcome: 'ignored', eventId: `${eventScope(connector)}:${update.update_id}`, ...unreadable };
  }
}

async function settle(
  translated: Normalized,
  { connector: { config }, span }: { connector: PreparedConnector; span: Span },
  deps: StoreDeps,
): Promise<Settled> {
  const { eventId } = translated;
  if (translated.outcome === 'ignored') return ignore(translated, config, deps);
  const { draft, movedFrom } = translated;
  const chatId = draft.event.data.conversation.path[0];
  if (movedFrom !== undefined && chatId !== undefined) {
    await deps.chatMoves.remember({ connector: config.name, from: movedFrom, to: chatId });
  }
  if (chatId !== undefined && isBack(draft.event)) await deps.release({ connector: config.name, chatId });
  const { name, ingress_events_per_second: rate } = config;
  const { event, objects } = packEvent(draft, (assetId) => deps.assetUrls.urlOf({ connector: name, assetId }));
  const request = {
    event: { ...event, traceparent: traceparentOf(span) },
    fingerprint: draft.fingerprint,
    idempotent: true,
    // Telegram learns nothing of turns.
    waitMs: 0,
    limit: { key: `telegram/${name}`, rate },
  };
  return settledBy(await deps.emit(request, objects), { eventId, config }, deps);
}

/** Whether a chat can be written to again that could not be. */
function isBack({ type, data }: TrunklineEvent): boolean {
  const change = data.metadata[changeKey];
  return type === 'trunkline.conversation.changed' && (change === 'unblocked' || change === 'joined');
}

function settledBy(
  outcome: EmitOutcome,
  { eventId, config }: { eventId: string; config: TelegramConnector },
  deps: StoreDeps,
): Promise<Settled> | Settled {
  switch (outcome.outcome) {
    case 'stored':
    case 'routed':
      return { settled: 'stored', eventId };
    case 'rejected':
      return { settled: outcome.repeated ? 'duplicate' : 'stored', eventId };
    case 'duplicate':
      return { settled: 'duplicate', eventId };
    case 'rate_limited':
    case 'bus_unavailable':
      return { settled: 'later', eventId, reason: outcome.outcome, retryAfterMs: outcome.retryAfterMs };
    case 'conflict': {
      // Telegram would send it for a day and hold back all else of the chat.
      const code = 'idempotency_conflict';
      return ignore({ eventId, code, detail: 'Another event is stored under this id.' }, config, deps);
    }
  }
}

async function ignore(
  { eventId, code, detail }: { eventId: string; code: string; detail: string },
  { name }: TelegramConnector,
  deps: StoreDeps,
): Promise<Settled> {
  const connector = { kind: 'telegram', name } as const;
  await noteIgnored({ connector, eventId, code, detail, now: deps.now() }, deps.bus);
  return { settled: 'ignored', eventId, code };
}
