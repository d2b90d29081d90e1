import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Done } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { between, seededRandom } from './chaos/random.ts';
import { patient, startPlatforms, textOf, type Platforms } from './platforms.ts';

const messages = 300;
const channels = Array.from({ length: 60 }, (_, n) => ({ id: `C0KILL${String(n).padStart(3, '0')}` }));
/** So many gateways die while people talk: the last words wait for that, however long a gateway takes to serve again. */
const leastKills = 3;
const lastWords = 60;
const seed = Number(process.env['TRUNKLINE_SEED'] ?? 1);

interface Killing {
  kills: number;
}

/** Kills one gateway after the other, each once the one before serves again, until told that it is over. */
async function killGateways({ installation }: Platforms, killing: Killing, over: AbortSignal): Promise<void> {
  const random = seededRandom(seed);
  while (!over.aborted) {
    await sleep(between(20, 300, random));
    const gateway = installation.process(`slack-gateway-${between(1, 2, random)}`);
    await gateway.kill();
    killing.kills += 1;
    await gateway.ready();
  }
}

/** People who say one thing after the other, in pairs; each message begins a thread. */
async function talk({ slack }: Platforms, killing: Killing): Promise<Done[]> {
  const said: Done[] = [];
  while (said.length < messages) {
    if (said.length === messages - lastWords)
      await waitFor(() => killing.kills >= leastKills, { what: `${leastKills} kills`, ...patient });
    const pair = [0, 1].map((n) => {
      const number = said.length + n;
      return slack.say({ channel: channels[number % channels.length]?.id ?? '', user: 'U0ALICE', text: `m-${number}` });
    });
    said.push(...pair);
    await sleep(40);
  }
  return said;
}

/** Kills all gateways when Slack has just taken an answer, and the gateway that posted it does not know yet. */
async function killAtPost({ slack, installation }: Platforms): Promise<void> {
  const gateways = [1, 2].map((n) => installation.process(`slack-gateway-${n}`));
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let killing = false;
  slack.onCall(({ method }) => {
    if (method !== 'chat.postMessage' || killing) return;
    killing = true;
    resolve(Promise.all(gateways.map((gateway) => gateway.kill())));
  });
  await promise;
}

it('kill -9 of a gateway between any two steps: 300 messages that Slack got 200 for are 300 turns and 300 replies', async () => {
  const slack = { channels, retryDelaysMs: [20, 300, 2_000, 5_000, 10_000] };
  await using platforms = await startPlatforms({ slackGateways: 2, slack });
  const over = new AbortController();
  const killing: Killing = { kills: 0 };
  const killed = killGateways(platforms, killing, over.signal);
  const said = await talk(platforms, killing);
  const acknowledged = await Promise.all(said.map(({ settled }) => settled));
  over.abort();
  await killed;
  expect(acknowledged.flat().filter(({ state }) => state !== 'delivered')).toEqual([]);
  await killAtPost(platforms);

  const { installation } = platforms;
  const answered = () => said.filter((each) => platforms.slackReplies(each).length > 0).length;
  await waitFor(() => answered() === messages, { what: `${messages} answers`, ...patient }).catch((error: unknown) => {
    throw new Error(`${answered()} of ${messages} are answered.\n${installation.tails()}`, { cause: error });
  });
  // What was in doubt was looked for.
  expect(platforms.slack.calls('conversations.replies')).not.toEqual([]);
  const turns = (await platforms.turns()).map(textOf);
  const wanted = said.map(({ message }) => message.text);
  expect(turns.toSorted()).toEqual(wanted.toSorted());
  const replies = said.map((each) => platforms.slackReplies(each).map(({ text }) => text));
  expect(replies).toEqual(wanted.map((text) => [`echo ${text}`]));
}, 180_000);
