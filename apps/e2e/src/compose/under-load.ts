import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Done } from '@trunkline/testing';
import { expect } from 'vitest';
import type { ReceivedReply } from '../chaos/reply-receiver.ts';
import { chaosConnector, sendEvents, type SentEvents } from '../chaos/send-events.ts';
import type { ComposeProject } from './compose-project.ts';
import type { Stage } from './stage.ts';

const conversations = 8;
const patient = { timeoutMs: 90_000 };

interface Said {
  text: string;
  done: Done;
}

/**
 * Does something to an installation while webhooks, Slack and Telegram speak to it. Each event that was accepted has to become one turn,
 * and to be answered once. `run` tells the events of one load from another's.
 */
export async function underLoad(run: string, { project, ...stage }: Stage, work: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const record: SentEvents = { accepted: [], posts: 0, refused: [], sent: 0 };
  const sending = sendEvents(
    { events: 1e6, conversations, pauseMs: 150, run, gatewayUrls: [project.url], targetOf: stage.targetOf },
    { record, over: over.signal },
  );
  const talking = talk(run, stage, over.signal);
  const before = stage.receiver.replies.length;
  await work().finally(() => over.abort());
  await sending;
  const said = await talking;
  process.stderr.write(`${run}: ${record.accepted.length} events in ${record.posts} posts, ${said.length} said\n`);

  expect(record.refused).toEqual([]);
  expect(record.accepted.length).toBeGreaterThan(200);
  await expectReplies(record, { project, replies: () => stage.receiver.replies.slice(before) });
  await expectTurns(record, project);
  await expectSlack(said, stage);
  await expectTelegram(said, { project, ...stage });
}

/** People who say the same in Slack and in Telegram, one thing after the other. */
async function talk(run: string, { slack, telegram }: Pick<Stage, 'slack' | 'telegram'>, over: AbortSignal) {
  const said: Said[] = [];
  while (!over.aborted) {
    const text = `${run} ${said.length}`;
    said.push({ text, done: slack.say({ channel: 'C0GENERAL', user: 'U0ALICE', text }) });
    telegram.say({ chat: 1, text });
    await sleep(1_000, undefined, { signal: over }).catch(() => undefined);
  }
  return said;
}

async function expectReplies(
  { accepted }: SentEvents,
  { project, replies }: { project: ComposeProject; replies: () => readonly ReceivedReply[] },
): Promise<void> {
  const texts = accepted.map(({ conversation, n }) => `${conversation} ${n}`);
  const missing = () => {
    const answered = new Set(replies().map(({ text }) => text));
    return texts.filter((text) => !answered.has(`You said: ${text}`));
  };
  // The receivers live in this process: a search for each text among all replies would keep it from taking any.
  await waitFor(() => missing().length === 0, { what: 'every reply', ...patient }).catch(async (cause: unknown) => {
    throw new Error(`No reply to: ${missing().join(', ')}\n${await unsettled(project)}`, { cause });
  });
  const webhookIds = new Map(texts.map((text) => [`You said: ${text}`, new Set<string>()]));
  for (const { text, webhookId } of replies()) webhookIds.get(text)?.add(webhookId);
  expect([...webhookIds].filter(([, ids]) => ids.size !== 1).map(([text]) => text)).toEqual([]);
}

/** What an installation has under way when it should have settled everything, for a failure's report. */
async function unsettled(project: ComposeProject): Promise<string> {
  const told = [
    await project.cli('bus', 'status'),
    await project.cli('deliveries', 'list', '--state', 'pending', 'delivering', 'parked', 'dead', 'expired', 'unknown'),
    await project.compose('logs', '--no-color', '--since', '4m', 'session-router', 'http-gateway', 'echo-agent'),
  ];
  return told.join('\n');
}

/** What the sessions show when everything is answered: each event in one turn, those of a conversation in its order. */
async function expectTurns({ accepted }: SentEvents, project: ComposeProject): Promise<void> {
  const rows = async (...command: string[]) => {
    const printed = await project.cli('--json', 'sessions', ...command, '--limit', '100000');
    return printed.trim().split('\n');
  };
  const sessions = await rows('list', '--kind', 'http', '--name', chaosConnector);
  const turned: string[] = [];
  for (const row of sessions) {
    const { session_id }: { session_id: string } = JSON.parse(row);
    const turns = (await rows('turns', session_id)).map((turn): { event: { id: string } } => JSON.parse(turn));
    turned.push(...turns.map(({ event }) => event.id).toReversed());
  }
  for (const conversation of Array.from({ length: conversations }, (_, index) => index)) {
    const own = accepted.filter((event) => event.conversation === conversation).map(({ eventId }) => eventId);
    expect(turned.filter((eventId) => own.includes(eventId))).toEqual(own);
  }
}

async function expectSlack(said: Said[], { slack }: Pick<Stage, 'slack'>): Promise<void> {
  const inSlack = (text: string) =>
    slack.messages('C0GENERAL').filter((message) => message.text === `You said: ${text}`).length;
  const acknowledged = await Promise.all(said.map(async ({ text, done }) => ((await done.settled) ? text : undefined)));
  const heard = acknowledged.flatMap((text) => text ?? []);
  await waitFor(() => heard.every((text) => inSlack(text) > 0), { what: 'every answer in Slack', ...patient });
  expect(heard.filter((text) => inSlack(text) !== 1)).toEqual([]);
}

/** Telegram cannot be asked whether it has what was under way at a kill: that ends as unknown, never twice. */
async function expectTelegram(said: Said[], { telegram, project }: Pick<Stage, 'telegram' | 'project'>): Promise<void> {
  const inTelegram = (text: string) => telegram.sent(1).filter((sent) => sent.text === `You said: ${text}`).length;
  const unknown = async () =>
    (await project.cli('--json', 'deliveries', 'list', '--state', 'unknown')).split('"telegram"').length - 1;
  const missed = () => said.filter(({ text }) => inTelegram(text) === 0).length;
  await waitFor(async () => missed() <= (await unknown()), { what: 'every answer in Telegram', ...patient });
  expect(said.filter(({ text }) => inTelegram(text) > 1)).toEqual([]);
}
