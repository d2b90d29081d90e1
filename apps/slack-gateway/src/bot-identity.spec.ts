import type { FetchOutcome, GuardedFetch } from '@trunkline/gateway-kit';
import { describe, expect, it } from 'vitest';
import { createBotIdentities } from './bot-identity.ts';
import { readPayload } from './slack-payload.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { jsonBody, stubFetch } from './testing/stub-fetch.ts';

const event = (authorizations: object[]) =>
  readPayload({ type: 'event_callback', event_id: 'Ev1', authorizations, event: { type: 'message' } });
const named = event([
  { user_id: 'U0BOT', is_bot: true },
  { user_id: 'U0ANA', is_bot: false },
]);
const unnamed = event([]);
const entry = readyEntry();
const through = { team: 'T1', enterprise: undefined };
const lists = ({ users, bots }: { users: ReadonlySet<string>; bots: ReadonlySet<string> }) => [[...users], [...bots]];

describe('createBotIdentities', () => {
  it('asks Slack once for each token, and takes the payload at its word meanwhile', async () => {
    let now = 0;
    const { fetch, asked } = stubFetch(() => jsonBody({ ok: true, user_id: 'U0BOT', bot_id: 'B0BOT' }));
    const identities = createBotIdentities({ fetch, now: () => now });
    expect(lists(await identities.idsFor({ entry, through, payload: unnamed }))).toEqual([['U0BOT'], ['B0BOT']]);
    expect(lists(await identities.idsFor({ entry, through, payload: named }))).toEqual([['U0BOT'], ['B0BOT']]);
    now = 10 * 60_000;
    await identities.idsFor({ entry, through, payload: unnamed });
    expect(asked.map(({ url }) => url)).toEqual(['https://slack.com/api/auth.test']);
  });

  it('does without an answer, and asks again later', async () => {
    let now = 0;
    const { fetch, asked } = stubFetch(() => 'lost');
    const identities = createBotIdentities({ fetch, now: () => now });
    expect(lists(await identities.idsFor({ entry, through, payload: unnamed }))).toEqual([[], []]);
    expect(lists(await identities.idsFor({ entry, through, payload: named }))).toEqual([['U0BOT'], []]);
    expect(asked).toHaveLength(1);
    now = 31_000;
    await identities.idsFor({ entry, through, payload: unnamed });
    expect(asked).toHaveLength(2);
  });

  it('waits for no Slack that does not answer', async () => {
    const never = Object.assign(() => new Promise<FetchOutcome>(() => {}), {
      close: () => Promise.resolve(),
    }) satisfies GuardedFetch;
    const identities = createBotIdentities({ fetch: never, now: Date.now });
    expect(lists(await identities.idsFor({ entry, through, payload: named }))).toEqual([['U0BOT'], []]);
    expect(lists(await identities.idsFor({ entry, through, payload: unnamed }))).toEqual([[], []]);
  });
});
