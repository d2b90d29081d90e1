import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingEngine, openComposeProject, type ComposeProject } from './compose-project.ts';

const missing = missingEngine();
const minutes = (count: number) => count * 60_000;
const servers = ['nats', 'nats-2', 'nats-3'];
/** NATS elects a leader within 4 to 9 s, and once more where votes were split; without it, nothing went on before the old one is back. */
const awayMs = 20_000;

const connectors = `
[[http_connectors]]
name = "load"
allow_unauthenticated_ingress = true
default_binding_keys = ["load"]
ingress_events_per_second = 10000
`;

/** What the posts of a while came to. */
interface Load {
  accepted: string[];
  /** Longest time between two posts that were accepted. */
  longestGapMs: number;
}

describe.skipIf(missing !== undefined)('docker compose with three NATS servers', () => {
  let project: ComposeProject;
  beforeAll(async () => {
    project = await openComposeProject({
      connectors,
      profiles: [],
      files: ['deploy/cluster/compose.yaml'],
      callHome: ['http-gateway'],
    });
    await project.compose('build');
    await project.compose('up', '--detach', '--wait', '--wait-timeout', '120');
  }, minutes(20));
  afterAll(() => project?.[Symbol.asyncDispose](), minutes(2));

  it('keeps three copies of everything, and says that this is as it should be', async () => {
    const status = await project.cli('--json', 'bus', 'status');
    const states = status
      .trim()
      .split('\n')
      .map((line): { state: string } => JSON.parse(line));
    expect(states.length).toBeGreaterThan(15);
    expect(states.filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it(
    'goes on when the leader of the events is killed under load: nothing accepted is lost or doubled',
    async () => {
      const over = new AbortController();
      const load = keepPosting(`${project.url}/v1/connectors/http/load`, over.signal);
      await sleep(5_000);
      const leader = await leaderOfEvents(project);
      await project.compose('kill', '--signal', 'KILL', leader);
      await sleep(awayMs);
      await project.compose('start', leader);
      await project.healthy(leader);
      await sleep(2_000);
      over.abort();
      const { accepted, longestGapMs } = await load;
      process.stderr.write(`cluster: ${accepted.length} accepted, longest pause ${Math.round(longestGapMs)} ms\n`);

      expect(accepted.length).toBeGreaterThan(100);
      expect(longestGapMs).toBeLessThan(awayMs);
      const kept = async () => messagesOf('tl_EVENTS', await project.cli('--json', 'bus', 'status'));
      expect(await kept()).toBe(accepted.length);
      const turned = async () =>
        messagesOf('tl_TURNS', await project.cli('--json', 'bus', 'status')) === accepted.length;
      await waitFor(turned, { what: 'a turn for each event', timeoutMs: 30_000 });
    },
    minutes(5),
  );
});

/** Posts with ids of their own, each until it is accepted, one after the other in four rows. */
async function keepPosting(url: string, over: AbortSignal): Promise<Load> {
  const load: Load = { accepted: [], longestGapMs: 0 };
  let lastAt = performance.now();
  async function post(id: string): Promise<boolean> {
    // The store alone is what is waited for, not the routing.
    const headers = { 'content-type': 'application/json', 'idempotency-key': id, prefer: 'wait=0' };
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ content: id }),
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    if (answer?.status !== 200 && answer?.status !== 202) return false;
    load.longestGapMs = Math.max(load.longestGapMs, performance.now() - lastAt);
    lastAt = performance.now();
    load.accepted.push(id);
    return true;
  }
  const rows = Array.from({ length: 4 }, async (_, row) => {
    for (let n = 0; !over.aborted; n++) {
      while (!(await post(`${row}-${n}`))) await sleep(200);
      await sleep(50);
    }
  });
  await Promise.all(rows);
  return load;
}

/** The compose service whose server leads the stream of events, as the servers' own monitoring says. */
async function leaderOfEvents(project: ComposeProject): Promise<string> {
  const url = 'http://127.0.0.1:8222/jsz?streams=true';
  const printed = await project.compose('exec', '--no-TTY', 'nats', 'wget', '-q', '-O', '-', url);
  const { account_details: accounts = [] }: Monitoring = JSON.parse(printed);
  const stream = accounts
    .flatMap(({ stream_detail: streams = [] }) => streams)
    .find(({ name }) => name === 'tl_EVENTS');
  const index = ['nats-1', 'nats-2', 'nats-3'].indexOf(stream?.cluster?.leader ?? '');
  const service = servers[index];
  if (service === undefined) throw new Error(`No server leads tl_EVENTS: ${printed.slice(0, 300)}`);
  return service;
}

interface Monitoring {
  account_details?: { stream_detail?: { name: string; cluster?: { leader?: string } }[] }[];
}

function messagesOf(stream: string, status: string): number | undefined {
  const rows = status
    .trim()
    .split('\n')
    .map((line): { stream: string; messages?: number } => JSON.parse(line));
  return rows.find((row) => row.stream === stream)?.messages;
}
