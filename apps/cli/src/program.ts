import type { Readable } from 'node:stream';
import { Argument, Command, Option } from 'commander';
import { devConnectorsFile } from './add-connector.ts';
import { busBackup, busRestore } from './bus-backup.ts';
import { busMigrate, busStatus } from './bus-commands.ts';
import { addPermissions } from './permissions-command.ts';
import { completionScript, shells, type Shell } from './completion.ts';
import { configCheck } from './config-check.ts';
import { addConnectors } from './connectors-command.ts';
import { configPrint } from './config-print.ts';
import { addAudit } from './audit-command.ts';
import { wholeNumber, type CommandShared, type Globals } from './command-shared.ts';
import { withServer } from './connect.ts';
import { addDeliveries, addTargets } from './deliveries-command.ts';
import { dev, type DevFlags } from './dev.ts';
import { addExplain } from './explain-command.ts';
import { addDoctor } from './doctor-command.ts';
import { addEvents } from './events-command.ts';
import { addFakeHttp, addFakeSlack, addFakeTelegram } from './fake-command.ts';
import { addInit } from './init-command.ts';
import { addSessions } from './sessions-command.ts';
import { addSimulateExternal, addSimulateHttp, addSimulateSlack, addSimulateTelegram } from './simulate-command.ts';
import { resolveSecrets } from './resolve-secrets.ts';
import { addSecrets } from './secrets-command.ts';
import { addSidecar } from './sidecar-command.ts';
import { addGrants } from './grants-command.ts';
import { addGroups } from './groups-command.ts';
import type { Terminal } from './terminal.ts';
import { addTokens } from './tokens-command.ts';

/** What the program takes from its process. */
export interface ProgramDeps {
  env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** Standard input. */
  input: Readable;
  terminal(options: { json?: boolean }): Terminal;
}

/** The whole command line: names, flags and help texts; what a command does is in its own file. */
export function createProgram(deps: ProgramDeps): Command {
  const program = new Command('trunkline')
    .description('Runs and operates a Trunkline installation.')
    .option('--json', 'print JSON, one document a line')
    .addOption(
      new Option('--nats-url <url>', 'where NATS is; default: the installation that `npm start` runs here').env(
        'NATS_URL',
      ),
    )
    .addOption(new Option('--nats-user <name>', 'who to be at NATS').env('NATS_USER'))
    .addOption(new Option('--nats-password-file <file>', 'file with its password').env('NATS_PASSWORD_FILE'))
    .addOption(
      new Option(
        '--api-url <url>',
        'where the control plane is; default: the installation that `npm start` runs here',
      ).env('TRUNKLINE_API_URL'),
    )
    .addOption(
      new Option('--token-file <file>', 'file with a token of the control plane, or the token in TRUNKLINE_TOKEN').env(
        'TRUNKLINE_TOKEN_FILE',
      ),
    )
    .addOption(new Option('--prefix <word>', 'first token of all subjects').env('TRUNKLINE_PREFIX').default('tl'))
    .option('--state-dir <folder>', 'state of the development installation', '.trunkline')
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 failed, 2 usage, 3 unreachable, 4 not authenticated, 5 not found, 6 conflict.',
    )
    .exitOverride();
  const globals = () => program.opts<Globals>();
  const terminal = () => deps.terminal(globals());
  const shared: CommandShared = { globals, terminal, env: deps.env, signal: deps.signal, input: deps.input };

  addDev(program, { deps, globals, terminal });
  addInit(program, shared);
  addConfig(program, shared);
  addBus(program, { globals, terminal });
  addEvents(program, shared);
  addSessions(program, shared);
  addDeliveries(program, shared);
  addTargets(program, shared);
  addSimulate(program, { deps, globals, terminal });
  addFake(program, { deps, globals, terminal });
  addConnectors(program, shared);
  addSecrets(program, shared);
  addTokens(program, shared);
  addAudit(program, shared);
  addGrants(program, shared);
  addGroups(program, shared);
  addExplain(program, shared);
  addDoctor(program, shared);
  addCompletion(program, terminal);
  addSidecar(program, { terminal, env: deps.env, signal: deps.signal, wholeNumber });
  return program;
}

function addCompletion(program: Command, terminal: () => Terminal): void {
  program
    .command('completion')
    .description('print a script that makes your shell complete commands and options')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', '\nExample: trunkline completion bash > /etc/bash_completion.d/trunkline')
    .action((shell: Shell) => terminal().out(completionScript(program, shell)));
}

interface Shared {
  globals(): Globals;
  terminal(): Terminal;
}

function addDev(program: Command, shared: Shared & { deps: ProgramDeps }): void {
  program
    .command('dev')
    .description(
      'run everything on this machine: NATS, gateways, router, control plane, an echo agent (what `npm start` does)',
    )
    .option('--port <port>', 'port of the HTTP gateway; another free one if it is taken', wholeNumber, 8080)
    .option('--nats-port <port>', 'port of NATS; another free one if it is taken', wholeNumber, 4222)
    .addOption(
      new Option('--connectors-config <file>', 'connectors file; default: one in the state folder').env(
        'CONNECTORS_CONFIG',
      ),
    )
    .addOption(
      new Option('--nats-server <path>', 'the nats-server to run').env('TRUNKLINE_NATS_SERVER').default('nats-server'),
    )
    .option('--verbose', 'show every log line of every process')
    .addHelpText('after', '\nExample: npm start -- --port 9000 --verbose')
    .action((flags: Omit<DevFlags, 'stateDir'>) => {
      const { env, signal } = shared.deps;
      return dev({ ...flags, stateDir: shared.globals().stateDir }, { terminal: shared.terminal(), signal, env });
    });
}

function addConfig(program: Command, { terminal, globals, env }: CommandShared): void {
  const config = program.command('config').description('connectors files');
  config
    .command('print <file>')
    .description('print a connectors file as it is understood: with every default, without secrets')
    .addHelpText('after', '\nExample: trunkline config print connectors.toml')
    .action((file: string) => configPrint(file, terminal()));
  config
    .command('check <file>')
    .description('check a connectors file offline; prints every error with its line')
    .option('--resolve', 'look up its secrets too, in this environment and in the secret store')
    .addHelpText('after', '\nExample: trunkline config check connectors.toml')
    .action((file: string, flags: { resolve?: boolean }) => {
      const resolve = flags.resolve ? { flags: globals(), env } : undefined;
      return configCheck(file, terminal(), resolve && ((parsed) => resolveSecrets(parsed, resolve)));
    });
}

function addBus(program: Command, { globals, terminal }: Shared): void {
  const bus = program.command('bus').description('streams and buckets');
  bus
    .command('migrate')
    .description('create and evolve streams and buckets; safe while services run')
    .option('--replicas <count>', 'copies of each stream: 1 on a single server, 3 on a cluster', wholeNumber)
    .action((flags: { replicas?: number }) =>
      withServer(globals(), (open) =>
        busMigrate(flags.replicas ? { replicas: flags.replicas } : {}, { bus: open, terminal: terminal() }),
      ),
    );
  bus
    .command('backup <folder>')
    .description('save every stream, bucket and object, while everything runs; the master key is not in it')
    .addHelpText('after', '\nExample: trunkline bus backup backups/2026-01-31')
    .action((folder: string) =>
      withServer(globals(), (open) =>
        busBackup(folder, { bus: open, terminal: terminal(), user: globals().natsUser, now: Date.now() }),
      ),
    );
  bus
    .command('restore <folder>')
    .description('put back what a backup holds, while no other process runs')
    .option('--force', 'delete what is there')
    .option('--replicas <count>', 'copies of each stream; default: as they were', wholeNumber)
    .addHelpText('after', '\nExample: trunkline bus restore backups/2026-01-31')
    .action((folder: string, flags: { force?: boolean; replicas?: number }) =>
      withServer(globals(), (open) => busRestore(folder, flags, { bus: open, terminal: terminal() })),
    );
  bus
    .command('status')
    .description('what each stream holds, and whether it is as it should be')
    .action(() => withServer(globals(), (open) => busStatus({ bus: open, terminal: terminal() })));
  addPermissions(bus, { globals, terminal });
}

function addSimulate(program: Command, shared: Shared & { deps: ProgramDeps }): void {
  const simulate = program.command('simulate').description('send what a platform would send');
  const parts = { globals: shared.globals, terminal: shared.terminal, env: shared.deps.env, wholeNumber };
  addSimulateHttp(simulate, parts);
  addSimulateSlack(simulate, parts);
  addSimulateTelegram(simulate, parts);
  addSimulateExternal(simulate, parts);
}

function addFake(program: Command, { globals, terminal, deps }: Shared & { deps: ProgramDeps }): void {
  const fake = program.command('fake').description('stand-ins for platforms, to try things out without an account');
  const connectorsFile = () => devConnectorsFile(globals().stateDir);
  const shared = { terminal, signal: deps.signal, input: deps.input, wholeNumber, connectorsFile };
  addFakeHttp(fake, shared);
  addFakeSlack(fake, shared);
  addFakeTelegram(fake, shared);
}
