import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type RecordedCall } from '@trunkline/testing';
import { startPlatforms, type Platforms } from '../platforms.ts';
import { percentile } from './arithmetic.ts';
import { compared } from './compared.ts';
import type { BenchContext, Row } from './row.ts';

const limited = 'C0LIMITED';
const others = Array.from({ length: 40 }, (_, n) => `C0OTHER${String(n).padStart(2, '0')}`);
const user = 'U0ALICE';
/** Each channel has its turn every 2 s, so that none meets its own limit. */
const everyMs = 50;
const waiting = 50;
const retryAfterSeconds = 30;

/** How long answers take from a message to their post in Slack, before and while Slack limits another channel. */
export async function measureIsolation({ quick, say }: BenchContext): Promise<Row[]> {
  const channels = [limited, ...others].map((id) => ({ id }));
  await using platforms = await startPlatforms({ slackGateways: 1, slack: { channels, echo: false } });
  const posts = followPosts(platforms);
  const rounds = quick ? 3 : 5;
  const time = (phase: string) => timeRounds({ phase, rounds, count: quick ? 60 : 160 }, { platforms, posts });
  await time('warm');
  const before = await time('before');
  await limitOne(platforms);
  const during = await time('during');
  return [0.5, 0.95].map((p) => {
    const pairs = during.map((taken, round): [number, number] => [
      percentile(taken, p),
      percentile(before[round] ?? [], p),
    ]);
    for (const [value, floor] of pairs) say(`p${100 * p}: ${value.toFixed(1)} ms, before ${floor.toFixed(1)} ms`);
    return compared({ name: `slack isolation p${100 * p}`, unit: 'ms', target: '<= 1.5' }, pairs);
  });
}

/** Resolves when one channel was told to wait while much more waits there. */
async function limitOne({ slack }: Platforms): Promise<void> {
  const isLimited = ({ args }: { args: Record<string, unknown> }) => args['channel'] === limited;
  const fault = { do: 'rate_limited', retryAfterSeconds } as const;
  slack.faults.add({ method: 'chat.postMessage', when: isLimited, times: Infinity, fault });
  for (let n = 0; n < waiting; n++) await slack.say({ channel: limited, user, text: `limited ${n}` }).settled;
  await waitFor(() => slack.calls('chat.postMessage').some(isLimited), { what: 'a 429', timeoutMs: 30_000 });
}

type Posts = Map<string, (at: number) => void>;

/** What waits for a post, by its text. */
function followPosts({ slack }: Platforms): Posts {
  const posts: Posts = new Map();
  slack.onCall(({ method, args }: RecordedCall) => {
    if (method === 'chat.postMessage') posts.get(String(args['text']))?.(performance.now());
  });
  return posts;
}

async function timeRounds(
  { phase, rounds, count }: { phase: string; rounds: number; count: number },
  to: { platforms: Platforms; posts: Posts },
): Promise<number[][]> {
  const all: number[][] = [];
  for (let round = 1; round <= rounds; round++) all.push(await timeAnswers({ run: `${phase} ${round}`, count }, to));
  return all;
}

async function timeAnswers(
  { run, count }: { run: string; count: number },
  { platforms, posts }: { platforms: Platforms; posts: Posts },
): Promise<number[]> {
  const taken: Promise<number>[] = [];
  for (let n = 0; n < count; n++) {
    const text = `${run} ${n}`;
    const { promise, resolve } = Promise.withResolvers<number>();
    posts.set(`echo ${text}`, resolve);
    const startedAt = performance.now();
    platforms.slack.say({ channel: others[n % others.length] ?? '', user, text });
    taken.push(promise.then((at) => at - startedAt));
    await sleep(everyMs);
  }
  return Promise.all(taken);
}
