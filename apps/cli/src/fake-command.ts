import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { fakeHttp, type FakeHttpFlags } from './fake-http.ts';
import { fakeSlack, type FakeSlackFlags } from './fake-slack.ts';
import { fakeTelegram, type FakeTelegramFlags } from './fake-telegram.ts';
import type { Terminal } from './terminal.ts';

/** What the commands below `fake` take from the program. */
export interface FakeShared {
  terminal(): Terminal;
  signal: AbortSignal;
  input: Readable;
  wholeNumber(text: string): number;
  /** The connectors file of the development installation. */
  connectorsFile(): string;
}

const addOption = [
  '--add',
  'write its connector into the connectors file of `npm start`, if there is none yet',
] as const;

interface Added {
  add?: boolean;
}

/** `trunkline fake http`. */
export function addFakeHttp(fake: Command, shared: FakeShared): void {
  fake
    .command('http')
    .description('a webhook receiver on this machine; shows what is delivered to it')
    .option('--port <port>', 'port to listen on', shared.wholeNumber, 8092)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addHelpText('after', '\nExample: trunkline fake http --port 9002')
    .action((flags: FakeHttpFlags) => fakeHttp(flags, depsOf(shared)));
}

/** `trunkline fake slack`. */
export function addFakeSlack(fake: Command, shared: FakeShared): void {
  fake
    .command('slack')
    .description('a Slack on this machine; lines that you write are messages in #general')
    .option('--port <port>', 'port to listen on', shared.wholeNumber, 8090)
    .option(...addOption)
    .option('--events-url <url>', 'request URL that events go to; default: Socket Mode connections')
    .addHelpText(
      'after',
      '\nExamples: trunkline fake slack --add\n          trunkline fake slack --events-url http://127.0.0.1:8082/v1/connectors/slack/fake',
    )
    .action((flags: FakeSlackFlags & Added) => fakeSlack({ ...flags, ...addedTo(flags, shared) }, depsOf(shared)));
}

/** `trunkline fake telegram`. */
export function addFakeTelegram(fake: Command, shared: FakeShared): void {
  fake
    .command('telegram')
    .description('a Telegram Bot API on this machine; lines that you write are messages to its bot')
    .option('--port <port>', 'port to listen on', shared.wholeNumber, 8091)
    .option(...addOption)
    .option('--webhook-url <url>', 'post updates there, as after setWebhook; default: wait for getUpdates')
    .option('--secret <token>', 'secret token of the webhook')
    .addHelpText('after', '\nExamples: trunkline fake telegram --add\n          trunkline fake telegram --port 9001')
    .action((flags: FakeTelegramFlags & Added) =>
      fakeTelegram({ ...flags, ...addedTo(flags, shared) }, depsOf(shared)),
    );
}

const addedTo = ({ add }: Added, { connectorsFile }: FakeShared) => (add ? { addTo: connectorsFile() } : {});
const depsOf = ({ terminal, signal, input }: FakeShared) => ({ terminal: terminal(), signal, input });
