import type { Command } from 'commander';
import type { Readable } from 'node:stream';
import { fakeTelegram, type FakeTelegramFlags } from './fake-telegram.ts';
import type { Terminal } from './terminal.ts';

/** What the commands below `fake` take from the program. */
export interface FakeShared {
  terminal(): Terminal;
  signal: AbortSignal;
  input: Readable;
  wholeNumber(text: string): number;
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
