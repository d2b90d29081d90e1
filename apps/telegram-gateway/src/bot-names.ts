import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Secret } from '@trunkline/secrets';
import type { Bot } from './normalize.ts';
import type { ConnectedBot, PreparedConnector } from './prepared-connector.ts';

/** Who the bots are: the id is in the token, the name only Telegram knows. */
export interface BotNames {
  /** What is known now; never waits. */
  of(connector: PreparedConnector): Bot;
  /** Asks Telegram for the name of a connector's bot, again until it answers; at once when it is known. */
  learn(connector: PreparedConnector): void;
  /** Stops asking. */
  close(): void;
}

const me = z.object({ username: z.string().optional() });
const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;

/** Names are kept for as long as the process runs: bots seldom change them. */
export function createBotNames({ log }: { log: { warn(fields: object, message: string): void } }): BotNames {
  const names = new Map<string, { token: Secret; username?: string | undefined }>();
  const closing = new AbortController();
  const { signal } = closing;

  async function ask({ id, token, api }: ConnectedBot): Promise<void> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      const answer = await api.call('getMe', {}, { result: me, signal });
      // Somebody else asks for the newer token.
      if (names.get(id)?.token !== token) return;
      if (answer.ok) return void names.set(id, { token, username: answer.result.username });
      if (signal.aborted) return;
      log.warn({ bot: id, reason: answer.kind === 'api' ? answer.code : answer.reason }, 'bot-name.unknown');
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  return {
    of: ({ bot }) => ({ id: bot?.id, username: bot && names.get(bot.id)?.username }),
    learn({ bot }) {
      if (bot === undefined || names.get(bot.id)?.token === bot.token) return;
      names.set(bot.id, { token: bot.token, username: names.get(bot.id)?.username });
      void ask(bot);
    },
    close: () => closing.abort(),
  };
}
