import type { Deliverer, Reconciled, StepContext, StepOutcome } from '@trunkline/deliveries';
import { targetConnector, type Delivery } from '@trunkline/events';
import type { TelegramBots } from './deliver-bots.ts';
import type { FileLoader } from './deliver-file.ts';
import type { ChatMigrations } from './deliver-migrations.ts';
import { isEdit, isRepeatable, otherManner, tryStep, type Calling, type Manner, type TrySite } from './deliver-try.ts';
import { heldValues, type HeldValue } from './render-buttons.ts';
import { messageIdText } from './render-message-id.ts';
import type { TelegramStep } from './render-step.ts';
import { renderSteps, type Earlier } from './render.ts';
import { telegramMeaning, type Meaning } from './telegram-errors.ts';

/** What delivering needs of the world. */
export interface TelegramDelivererDeps {
  bots: TelegramBots;
  migrations: ChatMigrations;
  loadFile: FileLoader;
  /** Messages that this delivery replaces or takes back: an earlier output's, or what was shown live of this one. */
  earlier(delivery: Delivery): Promise<Earlier>;
  /** Keeps values of buttons for when they are pressed. */
  hold(value: HeldValue): Promise<void>;
}

/**
 * Delivers outputs as messages. A step is one message: where Telegram takes it only without its reply, topic or formatting, or in
 * another chat, that is tried within the step, as all of these are refused before anything is sent.
 *
 * Telegram does not know repeats and does not tell what was sent: only edits can be cleared up, by making them again.
 */
export function createTelegramDeliverer(deps: TelegramDelivererDeps): Deliverer<TelegramStep> {
  return {
    async plan(delivery) {
      for (const held of heldValues(delivery.output.parts)) await deps.hold(held);
      const format = deps.bots.get(targetConnector(delivery.target).name)?.config.format ?? 'markdown';
      return renderSteps(delivery, { format, earlier: await deps.earlier(delivery) });
    },
    deliverStep: (step, context) => deliver(step, context, deps),
    reconcile: (step, context) => clearUp(step, context, deps),
  };
}

const connectorAway: StepOutcome = {
  outcome: 'retry',
  code: 'connector_unavailable',
  reason: 'The connector of the target cannot be used now.',
};

async function deliver(step: TelegramStep, context: StepContext, deps: TelegramDelivererDeps): Promise<StepOutcome> {
  if (step.do === 'refuse') return { outcome: 'refused', code: step.code, reason: step.reason };
  const start = startOf(context, deps);
  if (!start) return connectorAway;
  const loaded =
    step.do === 'file'
      ? await deps.loadFile(step.file, { connector: start.connector, signal: context.signal })
      : undefined;
  if (loaded?.ok === false) return loaded.outcome;
  const site = { ...start.site, file: loaded?.file };
  const outcome = await carryOut(step, { ...start, site }, deps);
  if (outcome.outcome !== 'disable_target' || start.hearsUnblock) return outcome;
  // Nobody would tell us that the bot was unblocked, and the target would stay closed for ever.
  return { ...outcome, outcome: 'refused' };
}

/** Where and how a step is tried first. */
interface Start {
  connector: string;
  site: TrySite;
  manner: Manner;
  hearsUnblock: boolean;
}

function startOf({ delivery, signal }: StepContext, deps: TelegramDelivererDeps): Start | undefined {
  const { target } = delivery;
  const bot = deps.bots.get(targetConnector(target).name);
  if (target.type !== 'telegram' || !bot) return undefined;
  const { connector, chat_id: homeId } = target;
  const chatId = deps.migrations.newestId(connector, homeId);
  return {
    connector,
    site: { api: bot.api, signal, homeId },
    manner: { chatId, without: [], anew: false, moved: false },
    hearsUnblock: bot.config.allowed_updates.includes('my_chat_member'),
  };
}

/** Tries a step in one manner after another until it is sent or refused for good. Each change of manner happens once. */
async function carryOut(
  step: Calling,
  { connector, site, manner: first }: Start,
  { migrations }: Pick<TelegramDelivererDeps, 'migrations'>,
): Promise<StepOutcome> {
  let manner = first;
  for (;;) {
    const answer = await tryStep(step, manner, site);
    if (answer.ok) return deliveredAs(platformIdOf(step, answer.result.message_id, { manner, site }));
    const meaning = telegramMeaning(answer, { repeatable: isRepeatable(step, manner, site) });
    if (meaning.means === 'migrated') await migrations.remember({ connector, from: manner.chatId, to: meaning.to });
    const next = otherManner(meaning, manner, step);
    if (!next) return outcomeOf(meaning, platformIdOf(step, undefined, { manner, site }));
    manner = next;
  }
}

const deliveredAs = (platformId: string | undefined): StepOutcome => ({
  outcome: 'delivered',
  ...(platformId !== undefined && { platformId }),
});

/** The message that stands for a step from now on; reactions, deletions and typing leave none. */
function platformIdOf(
  step: Calling,
  sentId: number | undefined,
  { manner, site }: { manner: Manner; site: TrySite },
): string | undefined {
  if (step.do === 'edit' && isEdit(step, manner, site)) return messageIdText(step.of);
  if (sentId === undefined) return undefined;
  return messageIdText({ messageId: sentId, ...(manner.chatId !== site.homeId && { chatId: manner.chatId }) });
}

const movesOn: StepOutcome = { outcome: 'retry', code: 'chat_moved', reason: 'The group has got another id.' };

/** What a step ends with that cannot be tried in another manner. */
function outcomeOf(meaning: Meaning, platformId: string | undefined): StepOutcome {
  if (meaning.means === 'migrated') return movesOn;
  return meaning.outcome.outcome === 'delivered' ? deliveredAs(platformId) : meaning.outcome;
}

const soonMs = 5_000;

/** An edit is made again, as an edit and nothing else: where the old message is gone, a new one may be there already. */
async function clearUp(step: TelegramStep, context: StepContext, deps: TelegramDelivererDeps): Promise<Reconciled> {
  if (step.do === 'text' || step.do === 'file') return { found: 'unclear' };
  if (step.do !== 'edit') return { found: 'no' };
  const start = startOf(context, deps);
  if (!start) return { found: 'later', afterMs: soonMs };
  const { manner, site } = start;
  if (!isEdit(step, manner, site)) return { found: 'unclear' };
  const platformId = messageIdText(step.of);
  const answer = await tryStep(step, manner, site);
  if (answer.ok) return { found: 'yes', platformId };
  const meaning = telegramMeaning(answer, { repeatable: true });
  if (meaning.means !== 'outcome') return { found: 'unclear' };
  const { outcome } = meaning;
  if (outcome.outcome === 'delivered') return { found: 'yes', platformId };
  return outcome.outcome === 'retry' ? { found: 'later', afterMs: outcome.afterMs ?? soonMs } : { found: 'unclear' };
}
