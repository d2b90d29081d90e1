import { waitFor } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { patient, startPlatforms, textOf, type Platforms } from './platforms.ts';

const updates = process.env['TRUNKLINE_FULL'] === '1' ? 10_000 : 2_000;
const chats = 20;

/** The gateway that looks after the bot: each tells of its own, once Telegram has answered it. */
async function pollerOf({ installation }: Platforms) {
  for (const process of installation.processes) {
    const response = await fetch(`${installation.opsUrls.get(process.name)}/readyz`).catch(() => undefined);
    const report = (await response?.json()) as { checks?: { bots?: { bots: object } } } | undefined;
    if (report?.checks?.bots && 'bot' in report.checks.bots.bots) return process;
  }
  return undefined;
}

/** People in twenty chats, who number what they say and want no answer. */
function crowd({ telegram }: Platforms) {
  let said = 0;
  return {
    says(count: number) {
      for (let n = 0; n < count; n++) telegram.say({ text: `quiet ${said}`, chat: 1_000 + (said++ % chats) });
    },
  };
}

it(`poller failover: ${updates} updates, the leader frozen in the middle of a poll: 0 lost, 0 doubled, at most two 409`, async () => {
  await using platforms = await startPlatforms({ telegramGateways: 3, pollSeconds: 20 });
  const { telegram, installation } = platforms;
  const people = crowd(platforms);
  const isDrained = () => telegram.unconfirmed().length === 0;
  people.says(1);
  await waitFor(isDrained, { what: 'the first update to be taken', ...patient });
  const leader = await waitFor(() => pollerOf(platforms), { what: 'a leader', ...patient });
  await waitFor(() => telegram.isPolled(), { what: 'a question that waits', ...patient });

  leader.pause();
  // The question of the frozen one is answered with the first hundred: it finds them when it wakes.
  people.says(updates / 2);
  await waitFor(() => telegram.unconfirmed().length < updates / 2 - 200, { what: 'another leader', ...patient });
  leader.resume();
  people.says(updates / 2 - 1);
  await waitFor(isDrained, { what: 'an empty queue', timeoutMs: 120_000 });
  expect(await pollerOf(platforms)).not.toBe(leader);
  expect(telegram.pollConflicts).toBeLessThanOrEqual(2);

  const turns = async () => {
    const found = await platforms.turns();
    return found.length >= updates ? found : undefined;
  };
  const texts = (await waitFor(turns, { what: 'all turns', timeoutMs: 120_000 })).map(textOf);
  const numbers = texts.map((text) => Number(text.split(' ')[1]));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: updates }, (_, n) => n));
  for (const inChat of Map.groupBy(numbers, (n) => n % chats).values()) {
    expect(inChat).toEqual(inChat.toSorted((a, b) => a - b));
  }
  expect(installation.processes.flatMap(({ crashes }) => crashes)).toEqual([]);
}, 400_000);
