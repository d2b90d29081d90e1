import type { Bus } from '@trunkline/bus';
import type { TelegramConnector } from '@trunkline/config';
import type { ExplainedEvent, PlatformRequest } from '@trunkline/events';
import { parseJson, type Explain } from '@trunkline/gateway-kit';
import type { InventoryEntry } from '@trunkline/inventory';
import type { BotNames } from './bot-names.ts';
import { readHeldValue } from './held-values.ts';
import { normalize, type Bot } from './normalize.ts';
import { preparedConnector } from './prepared-connector.ts';
import type { ChatMoves } from './store-update.ts';
import { identifiedUpdateSchema, pressDataOf, type IdentifiedUpdate } from './update-payload.ts';
import { verifyRequest } from './verify.ts';

export interface ExplainDeps {
  bus: Pick<Bus, 'bucket'>;
  botNames: Pick<BotNames, 'of'>;
  chatMoves: Pick<ChatMoves, 'formerIds'>;
  now: () => number;
}

type Entry = InventoryEntry<TelegramConnector> & { config: TelegramConnector };

/** Says what would become of an update. One that brings no secret is read as if it had brought it. */
export function telegramExplain(deps: ExplainDeps): Explain<'telegram'> {
  return {
    verify({ headers }, entry) {
      const { config, credentials } = preparedConnector(entry);
      // What is polled nobody posts.
      if (config.ingress_mode === 'polling' || (credentials.secrets === undefined && credentials.open))
        return undefined;
      return verifyRequest(headers, credentials, deps.now);
    },
    read: async (request, entry) => [await explainUpdate(request, entry, deps)],
  };
}

async function explainUpdate(request: PlatformRequest, entry: Entry, deps: ExplainDeps): Promise<ExplainedEvent> {
  const json = parseJson(Buffer.from(request.body));
  if (!json.ok) return { outcome: 'refused', code: json.problem.code, reason: json.problem.detail ?? 'It is no JSON.' };
  const update = identifiedUpdateSchema.safeParse(json.value);
  if (!update.success) return notAnUpdate;
  const normalized = normalize(update.data, await translatedConnector(update.data, entry, deps), deps);
  if (normalized.outcome === 'ignored') {
    const { eventId, code, detail } = normalized;
    return { outcome: 'ignored', event_id: eventId, code, reason: detail };
  }
  const { event, fingerprint, idempotent } = normalized.draft;
  const moved = normalized.movedFrom === undefined ? [] : ['The chat moved: its sessions go on under the new id.'];
  return { outcome: 'event', event, fingerprint, idempotent, notes: moved };
}

const notAnUpdate: ExplainedEvent = {
  outcome: 'refused',
  code: 'payload_invalid',
  reason: 'It is no update of the Bot API: a JSON object with an update_id.',
};

async function translatedConnector(update: IdentifiedUpdate, entry: Entry, deps: ExplainDeps) {
  const { config } = entry;
  const press = pressDataOf(update);
  const bot: Bot = entry.state === 'ready' ? deps.botNames.of(preparedConnector(entry)) : {};
  return {
    ...{ config, bot },
    formerIds: (chatId: number) => deps.chatMoves.formerIds(config.name, String(chatId)),
    heldValue: press === undefined ? undefined : await readHeldValue(press, deps.bus),
  };
}
