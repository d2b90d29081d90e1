import { startFakeTelegram, waitFor, type FakeTelegram } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBotApi } from './bot-api.ts';
import type { Tried } from './poll-batch.ts';
import { pollUpdates, type PollDeps } from './poll.ts';
import type { IdentifiedUpdate } from './update-payload.ts';

const quiet = { info: () => {}, warn: () => {} };
const settled: Tried = { outcome: 'settled' };

/** A poller of a fake Telegram whose seconds last 20 ms. */
function startPoller(telegram: FakeTelegram, more: Partial<PollDeps> & { kept?: number } = {}) {
  const end = new AbortController();
  const state = { owner: true, kept: more.kept, problems: [] as (string | undefined)[] };
  const stored: IdentifiedUpdate[] = [];
  const deps: PollDeps = {
    api: createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 5_000 }),
    lease: { stillOwner: () => state.owner },
    offset: {
      load: () => Promise.resolve({ value: state.kept }),
      save: (value) => {
        state.kept = value;
        return Promise.resolve(true);
      },
    },
    store: (update) => {
      stored.push(update);
      return Promise.resolve(settled);
    },
    signal: end.signal,
    report: (problem) => {
      if (state.problems.at(-1) !== problem) state.problems.push(problem);
    },
    log: quiet,
    random: () => 0.5,
    timing: { pauseMs: 10, longestPauseMs: 50, secondMs: 20 },
    ...more,
  };
  const ended = pollUpdates({ allowedUpdates: ['message'], timeoutSeconds: 10 }, deps);
  return {
    ...{ state, stored, ended },
    texts: () => stored.map((update) => (update['message'] as { text: string }).text),
    async stop() {
      end.abort();
      await ended;
    },
  };
}

const start = () => startFakeTelegram({ timing: { secondMs: 20 } });

describe('pollUpdates', () => {
  it('asks for what is allowed, stores it in the order of each chat, and confirms it after', async () => {
    await using telegram = await start();
    for (const text of ['a', 'b', 'c']) telegram.say({ text });
    const poller = startPoller(telegram);
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the confirmation' });
    expect(poller.texts()).toEqual(['a', 'b', 'c']);
    expect(poller.state.kept).toBe(100_000_004);
    expect(telegram.calls('getUpdates')[0]?.args).toMatchObject({
      timeout: 10,
      limit: 100,
      allowed_updates: ['message'],
    });
    await poller.stop();
  });

  it('goes on where the last one stopped', async () => {
    await using telegram = await start();
    for (const text of ['a', 'b', 'c']) telegram.say({ text });
    const poller = startPoller(telegram, { kept: 100_000_003 });
    await waitFor(() => poller.stored.length > 0, { what: 'an update' });
    expect(poller.texts()).toEqual(['c']);
    await poller.stop();
  });

  it('confirms nothing of a batch until all of it is stored, and lets other chats go on meanwhile', async () => {
    await using telegram = await start();
    telegram.say({ text: 'stuck', chat: 1 });
    telegram.say({ text: 'behind', chat: 1 });
    telegram.say({ text: 'beside', chat: 2 });
    const seen: string[] = [];
    let broken = true;
    const poller = startPoller(telegram, {
      store: (update) => {
        const { text } = update['message'] as { text: string };
        if (text === 'stuck' && broken) return Promise.resolve({ outcome: 'later', retryAfterMs: 1 });
        seen.push(text);
        return Promise.resolve(settled);
      },
    });
    await waitFor(() => seen.includes('beside'), { what: 'the other chat' });
    expect(telegram.unconfirmed()).toHaveLength(3);
    expect(poller.state.kept).toBeUndefined();
    broken = false;
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the confirmation' });
    expect(seen).toEqual(['beside', 'stuck', 'behind']);
    await poller.stop();
  });

  it('commits nothing after the lease is gone, whatever it has at hand', async () => {
    await using telegram = await start();
    telegram.say({ text: 'a' });
    const poller: ReturnType<typeof startPoller> = startPoller(telegram, {
      store: () => {
        poller.state.owner = false;
        return Promise.resolve(settled);
      },
    });
    await poller.ended;
    expect(poller.state.kept).toBeUndefined();
    expect(telegram.calls('getUpdates')).toHaveLength(1);
    expect(telegram.unconfirmed()).toHaveLength(1);
  });

  it.each([
    {
      because: 'a newer owner has kept an offset',
      offset: { load: () => Promise.resolve({ value: undefined }), save: () => Promise.resolve(false) },
      calls: 1,
    },
    {
      because: 'a newer owner was there from the beginning',
      offset: { load: () => Promise.resolve(undefined), save: () => Promise.resolve(false) },
      calls: 0,
    },
  ])('ends when $because: Telegram never hears of the offset', async ({ offset, calls }) => {
    await using telegram = await start();
    telegram.say({ text: 'a' });
    await startPoller(telegram, { offset }).ended;
    expect(telegram.calls('getUpdates')).toHaveLength(calls);
    expect(telegram.unconfirmed()).toHaveLength(1);
  });

  it('tries again until the bus keeps the offset', async () => {
    await using telegram = await start();
    telegram.say({ text: 'a' });
    let failures = 3;
    const save = () => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(true));
    const poller = startPoller(telegram, { offset: { load: () => Promise.resolve({ value: undefined }), save } });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the confirmation' });
    expect(poller.texts()).toEqual(['a']);
    await poller.stop();
  });

  it('G14: takes updates whose ids begin again far below the offset', async () => {
    await using telegram = await start();
    telegram.resetUpdateIds(41_000);
    const poller = startPoller(telegram, { kept: 900_000_000 });
    await waitFor(() => telegram.calls('getUpdates').length > 0, { what: 'a question' });
    for (const text of ['a', 'b']) telegram.say({ text });
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the confirmation' });
    expect(poller.texts()).toEqual(['a', 'b']);
    expect(poller.state.kept).toBe(41_002);
    await poller.stop();
  });

  it('removes a webhook that keeps it from asking, and drops nothing', async () => {
    await using telegram = await start();
    const api = createBotApi({ token: telegram.token, apiBaseUrl: telegram.url, timeoutMs: 5_000 });
    await api.call('setWebhook', { url: 'http://127.0.0.1:9' }, { result: z.unknown() });
    telegram.say({ text: 'a' });
    const poller = startPoller(telegram);
    await waitFor(() => poller.stored.length > 0, { what: 'the update' });
    expect(telegram.calls('deleteWebhook').map(({ args }) => args)).toEqual([{}]);
    await poller.stop();
  });

  it('asks again after one 409, and stands down when a stranger insists', async () => {
    await using telegram = await start();
    const poller = startPoller(telegram);
    const rival = startPoller(telegram, { timing: { pauseMs: 1, longestPauseMs: 1, secondMs: 1 } });
    await waitFor(() => poller.state.problems.some((problem) => problem !== undefined), { what: 'the alarm' });
    expect(poller.state.problems.at(-1)).toMatch(/Another program/);
    await rival.stop();
    telegram.say({ text: 'after' });
    await waitFor(() => poller.texts().includes('after'), { what: 'the update' });
    await waitFor(() => poller.state.problems.at(-1) === undefined, { what: 'the all-clear' });
    await poller.stop();
  });

  it('stands down for good on a 409 when the lease is not surely its own', async () => {
    await using telegram = await start();
    let loads = 0;
    const offset = {
      load: () => Promise.resolve(loads++ === 0 ? { value: undefined } : undefined),
      save: () => Promise.resolve(true),
    };
    const deposed = startPoller(telegram, { offset });
    await waitFor(() => telegram.calls('getUpdates').length > 0, { what: 'its question' });
    const leader = startPoller(telegram);
    await deposed.ended;
    telegram.say({ text: 'a' });
    await waitFor(() => leader.stored.length > 0, { what: 'the update' });
    expect(telegram.pollConflicts).toBe(1);
    await leader.stop();
  });

  it('survives what happens on the way', async () => {
    await using telegram = await start();
    for (const fault of ['drop', 'server_error', 'reset_after_commit'] as const)
      telegram.faults.add({ method: 'getUpdates', fault });
    telegram.faults.add({ method: 'getUpdates', fault: { kind: 'rate_limited', retryAfter: 1 } });
    telegram.say({ text: 'a' });
    const poller = startPoller(telegram);
    await waitFor(() => telegram.unconfirmed().length === 0, { what: 'the confirmation' });
    expect(poller.texts()).toEqual(['a']);
    await poller.stop();
  });

  it('says that the token is refused', async () => {
    await using telegram = await start();
    telegram.revoke();
    const poller = startPoller(telegram);
    await waitFor(() => poller.state.problems.length > 0, { what: 'the alarm' });
    expect(poller.state.problems).toEqual(['Telegram refuses the bot token; it was revoked or mistyped.']);
    await poller.stop();
  });

  it('gives up a question that waits when it is to end', async () => {
    await using telegram = await start();
    const poller = startPoller(telegram);
    await waitFor(() => telegram.calls('getUpdates').length > 0, { what: 'a question' });
    await poller.stop();
  });
});
