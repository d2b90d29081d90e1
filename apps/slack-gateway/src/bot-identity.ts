import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackConnector } from '@trunkline/config';
import type { GuardedFetch } from '@trunkline/gateway-kit';
import type { ReadyEntry } from '@trunkline/inventory';
import type { Secret } from '@trunkline/secrets';
import { z } from 'zod';
import { botToken, type Installation } from './bot-token.ts';
import type { BotIds } from './said.ts';
import { callSlack } from './slack-api.ts';
import { maybe, slackId, type SlackPayload } from './slack-payload.ts';

const identity = z.object({ user_id: maybe(slackId), bot_id: maybe(slackId) });
type Identity = z.output<typeof identity>;

interface Asked {
  answer: Promise<Identity | undefined>;
  /** The answer, once it is there. */
  said?: Identity | undefined;
  /** A failure is asked about again after this time. */
  failedAt?: number;
}

/** Who the bot of a connector is. */
export interface BotIdentities {
  /**
   * The bot's ids as the payload tells them, with what Slack says of the token where that is known. Never throws, never waits for
   * long: without an answer the payload has to do.
   */
  idsFor(question: {
    entry: ReadyEntry<SlackConnector>;
    through: Installation;
    payload: SlackPayload;
  }): Promise<BotIds>;
  /** Asks beforehand, so that the first event finds the answer. */
  warm(entry: ReadyEntry<SlackConnector>): void;
}

/** A request of Slack has 3 s in all, and the store comes after this. */
const longestWaitMs = 300;
const askAgainMs = 30_000;

/** Keeps what `auth.test` says of each token for as long as the token is in use. */
export function createBotIdentities({ fetch, now }: { fetch: GuardedFetch; now: () => number }): BotIdentities {
  const known = new WeakMap<Secret, Asked>();

  function ask(baseUrl: string, token: Secret): Asked {
    const before = known.get(token);
    const stale = before?.failedAt !== undefined && now() - before.failedAt > askAgainMs;
    if (before && !stale) return before;
    const asked: Asked = { answer: Promise.resolve(undefined) };
    asked.answer = callSlack({ baseUrl, method: 'auth.test', token }, fetch).then((said) => {
      const read = said.ok ? identity.safeParse(said.body) : undefined;
      if (!read?.success) asked.failedAt = now();
      asked.said = read?.data;
      return asked.said;
    });
    known.set(token, asked);
    return asked;
  }

  return {
    async idsFor({ entry, through, payload }) {
      const users = new Set(botsIn(payload));
      const token = botToken(entry, through, now());
      // Slack names the bot's user in nearly every event: then nothing is waited for.
      const asked = token && ask(entry.config.api_base_url, token);
      const said = users.size > 0 ? asked?.said : await withinReason(asked?.answer);
      if (said?.user_id !== undefined) users.add(said.user_id);
      return { users, bots: new Set(said?.bot_id === undefined ? [] : [said.bot_id]) };
    },
    warm(entry) {
      const teams = [undefined, ...entry.config.team_bot_tokens.map(({ team_id: team }) => team)];
      for (const team of teams) {
        const token = botToken(entry, { team, enterprise: undefined }, now());
        if (token) ask(entry.config.api_base_url, token);
      }
    },
  };
}

function botsIn(payload: SlackPayload): string[] {
  if (payload.kind !== 'event') return [];
  const authorizations = payload.body.authorizations ?? [];
  return authorizations.flatMap(({ is_bot: isBot, user_id: user }) => (isBot && user !== undefined ? [user] : []));
}

async function withinReason(answer: Promise<Identity | undefined> | undefined): Promise<Identity | undefined> {
  if (!answer) return undefined;
  const over = new AbortController();
  const late = sleep(longestWaitMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  const first = await Promise.race([answer, late]);
  over.abort();
  return first;
}
