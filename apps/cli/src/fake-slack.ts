import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDelivery, FakeSlack, RecordedCall } from '@trunkline/testing';
import { CommandFailed } from './exit-codes.ts';
import { offerConnector, type FakeConnector } from './fake-add.ts';
import type { Terminal } from './terminal.ts';

export interface FakeSlackFlags {
  port: number;
  eventsUrl?: string;
  /** The connectors file that the connector is written to; without it it is shown. */
  addTo?: string;
}

interface FakeDeps {
  terminal: Terminal;
  /** Ends the command. */
  signal: AbortSignal;
  /** Each line is what a user of the platform writes. */
  input: Readable;
}

/** Sooner than at Slack, for what is written before the app is there. */
const retryDelaysMs = [0, 1_000, 2_000, 5_000, 10_000, 60_000];
const lookEveryMs = 250;
const channel = 'C0GENERAL';
const user = 'U0ALICE';

/** Runs a Slack with one app and two people until `signal` aborts; shows what the app does as it does it. */
export async function fakeSlack(flags: FakeSlackFlags, deps: FakeDeps): Promise<void> {
  const { terminal, signal, input } = deps;
  // Loaded here: nothing else in this program needs a test tool, nor the time to load it.
  const { startFakeSlack } = await import('@trunkline/testing');
  await using slack = await startFakeSlack({ port: flags.port, retryDelaysMs }).catch((cause: unknown) => {
    throw new CommandFailed(`Cannot listen on port ${flags.port}.`, { fix: 'Give another --port.', cause });
  });
  if (flags.eventsUrl !== undefined) slack.subscribe({ url: flags.eventsUrl });
  slack.onCall((call) => show(call, terminal));
  terminal.err(`A fake Slack is at ${slack.url}.`);
  offerConnector(connectorOf(slack, flags), { terminal, ...(flags.addTo && { file: flags.addTo }) });
  terminal.err(
    '\nA line that you write is a message of alice in #general: "@bot" mentions the bot, "/ask why" is a command.',
  );
  terminal.err('Ctrl-C ends it.');

  const lines = createInterface({ input });
  lines.on('line', (line) => void write(line.trim(), { slack, terminal }));
  if (flags.eventsUrl === undefined) void sayWhenConnected(slack, { terminal, signal });
  if (!signal.aborted) await once(signal, 'abort');
  lines.close();
  input.destroy();
}

/** What a connectors file needs to meet this Slack; valid as it is printed. */
function connectorOf({ apiUrl, app, install }: FakeSlack, { eventsUrl }: FakeSlackFlags): FakeConnector {
  const toml = [
    '[[slack_connectors]]',
    'name = "fake"',
    `bot_token = "${install.bot_token}"`,
    `signing_secret = "${app.signing_secret}"`,
    `app_token = "${app.app_token}"`,
    `api_base_url = "${apiUrl}"`,
    `ingress_mode = "${eventsUrl === undefined ? 'socket_mode' : 'events_api'}"`,
  ].join('\n');
  return { kind: 'slack', name: 'fake', apiBaseUrl: apiUrl, toml };
}

async function sayWhenConnected(slack: FakeSlack, { terminal, signal }: Omit<FakeDeps, 'input'>): Promise<void> {
  while (!signal.aborted && slack.sockets.list().length === 0) {
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted) terminal.err('The app is connected.');
}

async function write(line: string, { slack, terminal }: { slack: FakeSlack; terminal: Terminal }): Promise<void> {
  if (line === '') return;
  const [, command, text = ''] = /^(\/\S+)\s*(.*)$/.exec(line) ?? [];
  const deliveries = command
    ? [slack.command({ channel, user, command, text })]
    : slack.say({ channel, user, text: line.replaceAll('@bot', `<@${slack.install.bot_user_id}>`) }).deliveries;
  await Promise.all(deliveries.map((delivery) => complain(delivery, terminal)));
}

/** Says why the app did not take something; what it is retried for is not waited for. */
async function complain(delivery: EventDelivery, terminal: Terminal): Promise<void> {
  const { state, attempts } = await delivery.settled;
  if (state !== 'failed') return;
  const last = attempts.at(-1);
  terminal.err(`The app did not take it: ${last?.failed ?? 'stopped'}${last?.status ? ` (${last.status})` : ''}.`);
}

const shown = /^(chat|reactions|files\.complete|assistant|views)/;

/** One line for each call that changes something: method, place, text, and why it was refused. */
function show({ method, args, answer }: RecordedCall, terminal: Terminal): void {
  if (!shown.test(method)) return;
  if (terminal.json) return terminal.out(JSON.stringify({ method, args, answer }));
  const place = [args['channel'] ?? args['channel_id'], args['thread_ts'] ?? args['ts'] ?? args['timestamp']];
  const text = args['text'] ?? args['markdown_text'] ?? args['name'] ?? args['status'] ?? args['initial_comment'];
  const body = typeof answer === 'object' && typeof answer.body === 'object' ? answer.body : {};
  const refused = body['ok'] === true ? [] : [`refused: ${String(body['error'] ?? 'no answer')}`];
  const parts = [
    method,
    place.filter(Boolean).map(String).join(' '),
    text === undefined ? '' : String(text),
    ...refused,
  ];
  terminal.out(parts.filter(Boolean).join('  '));
}
