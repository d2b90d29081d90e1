import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { fakeSlack, type FakeSlackFlags } from './fake-slack.ts';
import { fakeTelegram, type FakeTelegramFlags } from './fake-telegram.ts';
import type { Terminal } from './terminal.ts';

/** What the commands below `fake` take from the program. */
export interface FakeShared {
  terminal(): Terminal;
  signal: AbortSignal;
  input: Readable;
  wholeNumber(text: string): number;
}

/** `trunkline fake slack`. */
export function addFakeSlack(fake: Command, { terminal, signal, input, wholeNumber }: FakeShared): void {
  fake
    .command('slack')
    .description('a Slack on this machine; lines that you write are messages in #general')
    .option('--port <port>', 'port to listen on', wholeNumber, 8090)
    .option('--events-url <url>', 'request URL that events go to; default: Socket Mode connections')
    .addHelpText('after', '\nExample: trunkline fake slack --events-url http://127.0.0.1:8080/v1/connectors/slack/fake')
    .action((flags: FakeSlackFlags) => fakeSlack(flags, { terminal: terminal(), signal, input }));
}

/** `trunkline fake telegram`. */
export function addFakeTelegram(fake: Command, { terminal, signal, input, wholeNumber }: FakeShared): void {
  fake
    .command('telegram')
    .description('a Telegram Bot API on this machine; lines that you write are messages to its bot')
    .option('--port <port>', 'port to listen on', wholeNumber, 8081)
    .option('--webhook-url <url>', 'post updates there, as after setWebhook; default: wait for getUpdates')
    .option('--secret <token>', 'secret token of the webhook')
    .addHelpText('after', '\nExample: trunkline fake telegram --port 9001')
    .action((flags: FakeTelegramFlags) => fakeTelegram(flags, { terminal: terminal(), signal, input }));
}
