import { setTimeout as sleep } from 'node:timers/promises';
import { startInstallation, type Installation } from '../installation.ts';
import { checkHistory, isViolated, type Findings, type JudgedEvent } from './check-history.ts';
import { planFaults } from './fault-plan.ts';
import { injectFaults, type FaultCounts } from './inject-faults.ts';
import { readJudged } from './read-history.ts';
import { openReplyReceiver, type ReplyReceiver } from './reply-receiver.ts';
import { chaosConnectors, sendEvents, type SentEvents } from './send-events.ts';

export interface ChaosOptions {
  events: number;
  seed: number;
  conversations: number;
  /** How many faults; by default as many as the events call for. */
  faults?: number;
  longPauses: boolean;
  /** The run gives up this long after the last progress, and then says what is missing. */
  stalledAfterMs: number;
  say: (line: string) => void;
}

/** One run: its figures, and whether a promise was broken. */
export interface ChaosReport extends Omit<Findings, 'examples'>, FaultCounts {
  sent: number;
  accepted: number;
  posts: number;
  refused: number;
  /** Processes that ended by themselves. */
  crashes: number;
  seed: number;
  events: number;
  conversations: number;
  seconds: number;
  /** From the store of an event to the store of its turn. */
  p50_ms: number;
  p99_ms: number;
}

export interface ChaosResult {
  report: ChaosReport;
  violated: boolean;
  examples: string[];
  /** The last log lines of every process. */
  tails: string;
}

/** Longer than anything that would ring again takes to ring. */
const settleMs = 6_000;

/** Runs the whole system under faults and checks what it promised. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { events, conversations, seed, say } = options;
  await using receiver = await openReplyReceiver();
  say(`starting 3 routers, 2 gateways, 2 consumers (seed ${seed}) ...`);
  await using installation = await startInstallation({
    connectors: chaosConnectors,
    routers: 3,
    gateways: 2,
    consumers: 2,
  });
  const startedAt = performance.now();
  const record: SentEvents = { accepted: [], posts: 0, refused: [], sent: 0 };
  const progress = () => record.accepted.length + receiver.distinct();
  const over = new AbortController();
  const plan = planFaults({
    seed,
    events,
    victims: installation.processes.map(({ name }) => name),
    longPauses: options.longPauses,
    ...(options.faults && { count: options.faults }),
  });
  const faults = injectFaults(plan, { installation, progress, say, over: over.signal });
  const { gatewayUrls } = installation;
  const { targetOf } = receiver;
  const sending = sendEvents(
    { events, conversations, gatewayUrls, run: `s${seed}`, targetOf },
    { record, over: over.signal },
  );
  await watchProgress({ goal: events * 2, progress, record, receiver, options });
  over.abort();
  await Promise.all([sending, faults.done]);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  say('settling ...');
  await sleep(settleMs);
  const judged = await readJudged(installation.bus);
  return conclude({ options, installation, record, receiver, judged, faults: faults.counts, seconds });
}

function conclude(run: {
  options: ChaosOptions;
  installation: Installation;
  record: SentEvents;
  receiver: ReplyReceiver;
  judged: readonly JudgedEvent[];
  faults: FaultCounts;
  seconds: number;
}): ChaosResult {
  const { options, installation, record, receiver, judged, faults, seconds } = run;
  const { events, conversations, seed, say } = options;
  const { examples, ...counts } = checkHistory({ accepted: record.accepted, judged, replies: receiver.replies });
  const crashes = installation.processes.flatMap((each) =>
    each.crashes.map((tail) => `${each.name} ended by itself:\n${tail}`),
  );
  for (const crash of crashes) say(crash);
  const routed = judged.map(({ routedMs }) => routedMs).sort((a, b) => a - b);
  const report: ChaosReport = {
    sent: record.sent,
    accepted: record.accepted.length,
    ...counts,
    ...faults,
    posts: record.posts,
    refused: record.refused.length,
    crashes: crashes.length,
    seed,
    events,
    conversations,
    seconds,
    p50_ms: quantile(routed, 0.5),
    p99_ms: quantile(routed, 0.99),
  };
  const violated = isViolated({ ...counts, examples }) || report.refused > 0 || report.accepted < events;
  return { report, violated, examples: [...examples, ...record.refused.slice(0, 5)], tails: installation.tails() };
}

/** Resolves at the goal, or when nothing has moved for too long. */
async function watchProgress(at: {
  goal: number;
  progress: () => number;
  record: SentEvents;
  receiver: ReplyReceiver;
  options: ChaosOptions;
}): Promise<void> {
  const { goal, progress, record, receiver, options } = at;
  let last = -1;
  let movedAt = performance.now();
  let saidAt = 0;
  while (progress() < goal) {
    const now = performance.now();
    if (progress() !== last) {
      last = progress();
      movedAt = now;
    }
    if (now - movedAt > options.stalledAfterMs) {
      options.say(`no progress for ${options.stalledAfterMs / 1000} s: giving up`);
      return;
    }
    if (now - saidAt > 5_000) {
      saidAt = now;
      options.say(`accepted ${record.accepted.length}, replies ${receiver.distinct()}, posts ${record.posts}`);
    }
    await sleep(50);
  }
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
