import { z } from 'zod';
import type { BotFailure } from './bot-api.ts';
import type { ConnectedBot } from './prepared-connector.ts';

/** Tells Telegram that presses of buttons were heard, so that the button stops turning. */
export interface PressAnswers {
  /** Answers a press once, in the background; what comes of it changes nothing. */
  answer(press: { id: string; connector: string; bot: ConnectedBot | undefined }): void;
  /** Resolves when what is under way has ended. */
  drain(): Promise<void>;
}

/** Presses remembered as answered, so that a redelivered one is not answered twice. */
const remembered = 1_000;

/** Answers presses after they were stored. */
export function createPressAnswers({ log }: { log: { warn(fields: object, message: string): void } }): PressAnswers {
  const answered = new Set<string>();
  const underWay = new Set<Promise<void>>();

  async function tell({ id, connector, bot }: { id: string; connector: string; bot: ConnectedBot }): Promise<void> {
    const answer = await bot.api.call('answerCallbackQuery', { callback_query_id: id }, { result: z.unknown() });
    if (!answer.ok && !isTooOld(answer)) {
      log.warn({ connector, reason: answer.kind === 'api' ? answer.code : answer.reason }, 'press.not-answered');
    }
  }

  return {
    answer({ id, connector, bot }) {
      if (bot === undefined || answered.has(`${bot.id}:${id}`)) return;
      answered.add(`${bot.id}:${id}`);
      for (const oldest of answered) {
        if (answered.size <= remembered) break;
        answered.delete(oldest);
      }
      const work = tell({ id, connector, bot }).finally(() => underWay.delete(work));
      underWay.add(work);
    },
    async drain() {
      await Promise.all(underWay);
    },
  };
}

/** A press that waited longer than Telegram does: nobody looks at the button any more. */
const isTooOld = (failure: BotFailure) =>
  failure.kind === 'api' && failure.code === 400 && /query is too old|query ID is invalid/i.test(failure.description);
