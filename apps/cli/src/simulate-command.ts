import { Option, type Command } from 'commander';
import type { Bus } from '@trunkline/bus';
import { devConnectorsFile, readConnectors } from './add-connector.ts';
import { withBus, type BusFlags } from './connect.ts';
import { readDevRun } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';
import { simulateExternal, type SimulatedExternal } from './simulate-external.ts';
import { simulateHttp, type SimulateHttpFlags } from './simulate-http.ts';
import { showOutcome } from './simulate-outcome.ts';
import { simulateSlack, type SimulatedSlack } from './simulate-slack.ts';
import { simulateTelegram, type SimulatedTelegram } from './simulate-telegram.ts';
import { connectorToSimulate, secretToSign, type Simulated } from './simulated-request.ts';
import type { Terminal } from './terminal.ts';

/** What the commands below `simulate` take from the program. */
export interface SimulateShared {
  globals(): BusFlags;
  terminal(): Terminal;
  env: NodeJS.ProcessEnv;
  wholeNumber(text: string): number;
}

/** `trunkline simulate http`. */
export function addSimulateHttp(simulate: Command, { globals, terminal }: SimulateShared): void {
  simulate
    .command('http <text>')
    .description('post a webhook to an http connector')
    .option('--connector <name>', 'which connector', 'demo')
    .option('--url <url>', 'base URL of the http gateway; default: the installation that `npm start` runs here')
    .addOption(new Option('--bearer <token>', 'bearer token').env('TRUNKLINE_SIMULATE_BEARER'))
    .addOption(
      new Option('--signing-secret <whsec>', 'sign by Standard Webhooks').env('TRUNKLINE_SIMULATE_SIGNING_SECRET'),
    )
    .option('--binding-key <key>', 'conversation that it belongs to')
    .option('--idempotency-key <key>', 'send the same twice to see a duplicate')
    .addHelpText('after', '\nExample: trunkline simulate http hello --connector demo')
    .action((text: string, flags: Omit<SimulateHttpFlags, 'url'> & { url?: string }) => {
      const url = flags.url ?? readDevRun(globals().stateDir)?.gateways['http'] ?? 'http://127.0.0.1:8080';
      return simulateHttp(text, { ...flags, url }, terminal());
    });
}

interface At {
  connector?: string;
  url?: string;
}

type SlackFlags = At & Pick<SimulatedSlack, 'channel' | 'user' | 'thread'> & { signingSecret?: string };

/** `trunkline simulate slack`. */
export function addSimulateSlack(simulate: Command, shared: SimulateShared): void {
  simulate
    .command('slack <text>')
    .description('post a signed message event to a slack connector')
    .option('--connector <name>', 'which connector; default: the first slack connector of the file')
    .option('--url <url>', 'base URL of the slack gateway; default: the installation that `npm start` runs here')
    .option('--channel <id>', 'channel; D... is a direct message; default: one that the connector allows')
    .option('--user <id>', 'who writes it', 'U0ALICE')
    .option('--thread <ts>', 'thread that it answers in')
    .addOption(
      new Option(
        '--signing-secret <secret>',
        "sign with this; default: the connector's, inline or by its variable",
      ).env('TRUNKLINE_SIMULATE_SLACK_SIGNING_SECRET'),
    )
    .addHelpText('after', '\nExample: trunkline simulate slack "hello <@U0FAKE>" --channel C0GENERAL')
    .action((text: string, { connector: name, url, signingSecret: given, ...where }: SlackFlags) =>
      run('slack', { name, url, shared }, (connector, at) => {
        const field = connector.signing_secret;
        const signingSecret = secretToSign({ flag: '--signing-secret', given, field }, shared.env);
        return simulateSlack({ ...where, connector, url: at, text, signingSecret });
      }),
    );
}

type TelegramFlags = At & Pick<SimulatedTelegram, 'chat' | 'user' | 'thread'> & { secret?: string };

/** `trunkline simulate telegram`. */
export function addSimulateTelegram(simulate: Command, shared: SimulateShared): void {
  simulate
    .command('telegram <text>')
    .description('post a message update to a telegram connector')
    .option('--connector <name>', 'which connector; default: the first telegram connector of the file')
    .option('--url <url>', 'base URL of the telegram gateway; default: the installation that `npm start` runs here')
    .option('--chat <id>', 'chat; groups have ids below 0; default: one that the connector allows', integer)
    .option('--user <id>', 'who writes it', shared.wholeNumber, 1001)
    .option('--thread <id>', 'topic of a forum', shared.wholeNumber)
    .addOption(
      new Option('--secret <token>', "secret token; default: the connector's, inline or by its variable").env(
        'TRUNKLINE_SIMULATE_TELEGRAM_SECRET',
      ),
    )
    .addHelpText('after', '\nExample: trunkline simulate telegram "/start now" --chat=-1001234567890')
    .action((text: string, { connector: name, url, secret: given, ...where }: TelegramFlags) =>
      run('telegram', { name, url, shared }, (connector, at) => {
        const secret = secretToSign({ flag: '--secret', given, field: connector.secret_token }, shared.env);
        return simulateTelegram({ ...where, connector, url: at, text, secret });
      }),
    );
}

type ExternalFlags = At & Pick<SimulatedExternal, 'user' | 'route' | 'eventId'> & { thread?: string[]; token?: string };

/** `trunkline simulate external`. */
export function addSimulateExternal(simulate: Command, shared: SimulateShared): void {
  simulate
    .command('external <text>')
    .description('post a message event as a sidecar to the external gateway')
    .option('--connector <name>', 'which connector; default: the first external connector of the file')
    .option('--url <url>', 'base URL of the external gateway; default: the installation that `npm start` runs here')
    .option('--thread <part...>', 'where it was said, outermost first; default: simulated')
    .option('--user <id>', 'who writes it', 'you')
    .option(
      '--route <route>',
      "reply_route, where the answer goes in the sidecar's own words; default: the last --thread",
    )
    .option('--event-id <id>', 'send the same twice to see a duplicate')
    .addOption(
      new Option('--token <token>', "shared token; default: the connector's, inline or by its variable").env(
        'TRUNKLINE_SIMULATE_EXTERNAL_TOKEN',
      ),
    )
    .addHelpText('after', '\nExample: trunkline simulate external hello --connector rooms --thread /lobby')
    .action((text: string, { connector: name, url, token: given, thread = ['simulated'], ...said }: ExternalFlags) =>
      run('external', { name, url, shared }, (connector, at) => {
        const token = secretToSign({ flag: '--token', given, field: connector.shared_token }, shared.env);
        return simulateExternal({ ...said, connector, url: at, text, thread, token });
      }),
    );
}

async function run<K extends Simulated>(
  kind: K,
  { name, url, shared }: { name: string | undefined; url: string | undefined; shared: SimulateShared },
  send: (connector: ReturnType<typeof connectorToSimulate<K>>, url: string) => ReturnType<typeof simulateSlack>,
): Promise<void> {
  const flags = shared.globals();
  const devRun = readDevRun(flags.stateDir);
  const connector = connectorToSimulate({ kind, name }, readConnectors(devConnectorsFile(flags.stateDir)));
  const at = url ?? devRun?.gateways[kind];
  if (at === undefined) {
    throw new CommandFailed(`No ${kind} gateway runs here.`, {
      exit: 'unreachable',
      fix: 'Start one with `npm start`, or give --url.',
    });
  }
  const show = (bus: Bus | undefined) =>
    showOutcome({ connector, send: () => send(connector, at) }, { bus, terminal: shared.terminal() });
  const hasBus = flags.natsUrl !== undefined || (url === undefined && devRun !== undefined);
  return hasBus ? withBus(flags, show) : show(undefined);
}

function integer(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new CommandFailed(`${text} is no chat id.`, { exit: 'usage' });
  return Number(text);
}
