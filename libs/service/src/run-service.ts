import { randomBytes } from 'node:crypto';
import { isatty } from 'node:tty';
import { followKeyring, loadKeyring, type Keyring } from '@trunkline/secrets';
import { createLogger, startTelemetry, type Logger } from '@trunkline/telemetry';
import { commonOptions, type CommonValues } from './common-options.ts';
import { helpText } from './help-text.ts';
import { createLifecycle, exitCodes, type Lifecycle } from './lifecycle.ts';
import { listenOps } from './ops-server.ts';
import type { OptionTable, OptionValues } from './option.ts';
import { readOptions } from './read-options.ts';
import type { Service, ServiceDefinition } from './service.ts';
import { shownOptions } from './shown-options.ts';

const neededNode = 24;

/**
 * Runs a process: reads its configuration, starts its log, telemetry and ops server, calls `main`, and stops in order on a signal.
 *
 * `main` sets things up and returns; from then on the service is ready as far as its checks say so. Ends the process itself:
 * 0 stopped as asked, 1 failed, 2 wrong configuration. Besides main.ts and libs/secrets this is the only place that looks at
 * the environment.
 */
export async function runService<O extends OptionTable>(
  name: string,
  definition: ServiceDefinition<O>,
  main: (service: Service<O>) => Promise<void>,
): Promise<void> {
  const { options, keyring, keyringFile } = await configure(name, definition);
  const instanceId = randomBytes(6).toString('hex');
  const pretty = options.logPretty ?? isatty(1);
  const log = await createLogger({ service: name, instance: instanceId, level: options.logLevel, pretty });
  const lifecycle = createLifecycle(log);
  lifecycle.listen();
  try {
    if (keyring) watchKeyring(keyring, keyringFile, { log, lifecycle });
    const service = await open({ name, definition, options, keyring }, { instanceId, log, lifecycle });
    await main(service);
    lifecycle.started();
  } catch (error) {
    await lifecycle.fail(error, 'service.start-failed');
  }
}

interface Configured<O extends OptionTable> {
  options: CommonValues & OptionValues<O>;
  keyring: Keyring | undefined;
  /** Where the keyring is from, unless that is the environment. */
  keyringFile?: string | undefined;
}

/** Reads all settings, or says everything that is wrong with them and ends the process. */
async function configure<O extends OptionTable>(
  name: string,
  definition: ServiceDefinition<O>,
): Promise<Configured<O>> {
  const node = Number(process.versions.node.split('.')[0]);
  if (node < neededNode) refuse(name, [`Node ${neededNode} or later is needed, this is ${process.versions.node}`]);
  const { env } = process;
  const own = readOptions({ ...commonOptions, ...definition.options }, { args: process.argv.slice(2), env });
  const wanted = definition.keyring ?? 'ignored';
  if (own.status === 'help') return showHelp(name, definition);
  if (own.status === 'version') return show(`${name} ${definition.version ?? 'unreleased'}\n`);

  const loaded = wanted === 'ignored' ? { status: 'unset' as const } : await loadKeyring(env);
  const problems = [...(own.status === 'wrong' ? own.problems : []), ...keyringProblems(loaded, wanted)];
  if (own.status === 'wrong' || problems.length > 0) return refuse(name, problems);
  if (loaded.status !== 'loaded') return { options: own.values, keyring: undefined };
  return { options: own.values, keyring: loaded.keyring, keyringFile: loaded.file };
}

function keyringProblems(loaded: Awaited<ReturnType<typeof loadKeyring>>, wanted: string): string[] {
  if (loaded.status === 'invalid') return [`${loaded.problem} ${loaded.fix}`];
  if (loaded.status === 'loaded' || wanted !== 'required') return [];
  return [
    'TRUNKLINE_MASTER_KEY or TRUNKLINE_MASTER_KEY_FILE: must be given. Make a key with: trunkline secrets generate-key',
  ];
}

function showHelp<O extends OptionTable>(
  name: string,
  { summary, options, keyring = 'ignored' }: ServiceDefinition<O>,
): never {
  return show(helpText({ name, summary, own: options, common: commonOptions, keyring: keyring !== 'ignored' }));
}

function show(text: string): never {
  process.stdout.write(text);
  return process.exit(exitCodes.asked);
}

function refuse(name: string, problems: readonly string[]): never {
  process.stderr.write(`${name}: wrong configuration\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  return process.exit(exitCodes.misconfigured);
}

/** Follows the keyring's file while the service runs, and says which keys there are. */
function watchKeyring(
  keyring: Keyring,
  file: string | undefined,
  { log, lifecycle }: Pick<Shell, 'log' | 'lifecycle'>,
): void {
  let problem: string | undefined;
  lifecycle.ready('keyring', () => ({ ready: true, ids: keyring.ids, ...(problem !== undefined && { problem }) }));
  keyring.onChange(() => log.info({ keyring: keyring.ids }, 'keyring.changed'));
  if (file === undefined) return;
  const followed = followKeyring(keyring, {
    file,
    onProblem(now) {
      problem = now && `${now} The keys from before stay in force.`;
      if (now === undefined) log.info({ file }, 'keyring.accepted');
      else log.error({ file, problem: now }, 'keyring.refused');
    },
  });
  lifecycle.onStop(() => followed.stop());
}

interface Shell {
  instanceId: string;
  log: Logger;
  lifecycle: Lifecycle;
}

async function open<O extends OptionTable>(
  { name, definition, options, keyring }: { name: string; definition: ServiceDefinition<O> } & Configured<O>,
  { instanceId, log, lifecycle }: Shell,
): Promise<Service<O>> {
  const version = definition.version ?? 'unreleased';
  const { otlpEndpoint } = options;
  const telemetry = await startTelemetry({
    service: name,
    version,
    instance: instanceId,
    ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }),
  });
  lifecycle.onStop(() => telemetry.stop());
  const report = async () => ({ service: name, instance: instanceId, version, ...(await lifecycle.readiness()) });
  const ops = await listenOps({ host: options.opsHost, port: options.opsPort }, { telemetry, report });
  lifecycle.onStop(() => ops.close());
  if (options.parentWatch) lifecycle.watchParent();
  const config = shownOptions({ ...commonOptions, ...definition.options }, options);
  log.info({ version, ops_url: ops.url, keyring: keyring?.ids ?? [], config }, 'service.started');

  const { onStop, background, ready, stopping } = lifecycle;
  return { name, instanceId, log, telemetry, options, keyring, opsUrl: ops.url, stopping, onStop, background, ready };
}
