import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import type { FakeTelegram, TelegramCall } from '@trunkline/testing';
import { CommandFailed } from './exit-codes.ts';
import { offerConnector, type FakeConnector } from './fake-add.ts';
import type { Terminal } from './terminal.ts';

export interface FakeTelegramFlags {
  port: number;
  webhookUrl?: string;
  secret?: string;
  /** The connectors file that the connector is written to; without it it is shown. */
  addTo?: string;
}

export interface FakeDeps {
  terminal: Terminal;
  /** Ends the command. */
  signal: AbortSignal;
  /** Each line is what a user of the platform writes. */
  input: Readable;
}

const usualSecret = 'fake-secret-token';

/** Runs a Telegram with one bot and one user until `signal` aborts; shows what the bot sends as it does. */
export async function fakeTelegram(flags: FakeTelegramFlags, deps: FakeDeps): Promise<void> {
  const { terminal, signal, input } = deps;
  // Loaded here: nothing else in this program needs a test tool, nor the time to load it.
  const { startFakeTelegram } = await import('@trunkline/testing');
  const user = { id: 1001, first_name: 'You' };
  // Of a bot that is started again no update may have an id of before: those are known already, for 26 hours.
  const firstUpdateId = Math.floor(Date.now() / 1000);
  const options = { port: flags.port, chats: [{ id: user.id }], firstUpdateId };
  await using telegram = await startFakeTelegram(options).catch((cause: unknown) => {
    throw new CommandFailed(`Cannot listen on port ${flags.port}.`, { fix: 'Give another --port.', cause });
  });
  telegram.onCall((call) => show(call, terminal));
  terminal.err(`A fake Telegram is at ${telegram.url}.`);
  offerConnector(connectorOf(telegram, flags), { terminal, ...(flags.addTo && { file: flags.addTo }) });
  if (flags.webhookUrl !== undefined) await setWebhook(telegram, flags);
  terminal.err('\nA line that you write is a message to the bot. Ctrl-C ends it.');

  const lines = createInterface({ input });
  lines.on('line', (text) => text.trim() !== '' && telegram.say({ user, text }));
  if (!signal.aborted) await once(signal, 'abort');
  lines.close();
  input.destroy();
}

/** What a connectors file needs to meet this Telegram; valid as it is printed. */
function connectorOf(
  { url, token }: FakeTelegram,
  { webhookUrl, secret = usualSecret }: FakeTelegramFlags,
): FakeConnector {
  const polls = webhookUrl === undefined;
  const toml = [
    '[[telegram_connectors]]',
    'name = "fake"',
    `bot_token = "${token}"`,
    `api_base_url = "${url}"`,
    `ingress_mode = "${polls ? 'polling' : 'webhook'}"`,
    // With polling too: `simulate telegram` posts to it.
    `secret_token = ${JSON.stringify(secret)}`,
  ].join('\n');
  return { kind: 'telegram', name: 'fake', apiBaseUrl: url, toml };
}

async function setWebhook({ url, token }: FakeTelegram, flags: FakeTelegramFlags): Promise<void> {
  const response = await fetch(`${url}/bot${token}/setWebhook`, {
    method: 'POST',
    body: new URLSearchParams({ url: flags.webhookUrl ?? '', secret_token: flags.secret ?? usualSecret }),
  });
  if (!response.ok) throw new CommandFailed(`Telegram would refuse this webhook: ${await response.text()}`);
}

function show({ method, args, outcome }: TelegramCall, { out, json }: Terminal): void {
  if (!/^(send|edit|delete(?!Webhook)|setMessage|answer)/i.test(method)) return;
  if (json) return out(JSON.stringify({ method, args, outcome }));
  const refused = outcome !== 'lost' && !outcome.ok ? `  refused: ${outcome.description}` : '';
  const said = args['text'] ?? args['caption'] ?? args['action'];
  out(`${method}  chat ${args['chat_id'] ?? '-'}${said === undefined ? '' : `  ${String(said)}`}${refused}`);
}
