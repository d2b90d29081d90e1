import { randomUUID } from 'node:crypto';
import { inheritedVariables } from '@trunkline/sidecar-sdk';
import {
  checkSidecar,
  SidecarUnreachableError,
  startMockGateway,
  startSidecarProcess,
  type CheckResult,
  type ConformanceReport,
  type MockGateway,
} from '@trunkline/sidecar-sdk/conformance';
import { CommandFailed } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface SidecarCheckFlags {
  token?: string;
  /** Command that runs the sidecar; without it somebody else does. */
  start?: string;
  env?: string[];
  credential?: string[];
  route?: string;
  wait: number;
  gatewayHost: string;
  gatewayPort: number;
}

interface Deps {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Checks a sidecar against the protocol, beside a gateway of its own; exit code 1 if a rule is broken, 3 if nothing answers. */
export async function sidecarCheck(url: string, flags: SidecarCheckFlags, deps: Deps): Promise<void> {
  const { terminal } = deps;
  if (!URL.canParse(url)) throw new CommandFailed('The URL of the sidecar is not a URL.', { exit: 'usage' });
  await using gateway = await openGateway(flags, deps);
  await using sidecar = flags.start === undefined ? undefined : startChild(flags.start, { url, flags, gateway, deps });
  // Ctrl-C does not leave the sidecar behind.
  const stop = () => sidecar?.kill('SIGKILL');
  deps.signal.addEventListener('abort', stop);
  if (!sidecar) showEnvironment(url, gateway, terminal);
  try {
    const report = await checkSidecar({
      url,
      gateway,
      ...(sidecar && { process: sidecar }),
      ...(flags.route !== undefined && { route: flags.route }),
      eventsMs: flags.wait * 1_000,
      ...(!sidecar && { times: { readyMs: 60_000 } }),
      ...(!terminal.json && { onResult: (result: CheckResult) => terminal.out(lineOf(result)) }),
    });
    tell(report, terminal);
  } catch (cause) {
    if (!(cause instanceof SidecarUnreachableError)) throw cause;
    throw new CommandFailed(cause.message, { exit: 'unreachable', fix: 'Start the sidecar, or check its URL.', cause });
  } finally {
    deps.signal.removeEventListener('abort', stop);
  }
}

function openGateway(flags: SidecarCheckFlags, { env }: Deps): Promise<MockGateway> {
  const token = flags.token ?? (flags.start === undefined ? undefined : randomUUID());
  const credentials = (flags.credential ?? []).map((name) => {
    const value = env[name];
    if (value) return [name, value] as const;
    throw new CommandFailed(`${name} is not set here.`, {
      exit: 'usage',
      fix: 'Set it to what the sidecar should lease.',
    });
  });
  return startMockGateway({
    host: flags.gatewayHost,
    port: flags.start === undefined ? flags.gatewayPort : 0,
    credentials: Object.fromEntries(credentials),
    ...(token !== undefined && { token }),
  });
}

function startChild(
  command: string,
  { url, flags, gateway, deps }: { url: string; flags: SidecarCheckFlags; gateway: MockGateway; deps: Deps },
) {
  const inherited = Object.fromEntries(inheritedVariables.map((name) => [name, deps.env[name]]));
  const given = (flags.env ?? []).map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined) throw new CommandFailed('--env takes NAME=value.', { exit: 'usage' });
    return [name, value] as const;
  });
  const env = { ...inherited, ...Object.fromEntries(given), ...gateway.environment(url) };
  return startSidecarProcess({ command, env, onLine: (line) => deps.terminal.err(`sidecar | ${line}`) });
}

function showEnvironment(url: string, gateway: MockGateway, terminal: Terminal): void {
  const shown = Object.entries(gateway.environment(url)).filter(([name]) => !name.endsWith('_SHARED_TOKEN'));
  terminal.err(`A gateway for the check listens on ${gateway.url}. The sidecar has to run with:`);
  for (const [name, value] of shown) terminal.err(`  ${name}='${value}'`);
  terminal.err(
    gateway.token === undefined
      ? '  and without a shared token (--token to check with one).'
      : '  and TRUNKLINE_CONNECTOR_SHARED_TOKEN as you gave it with --token.',
  );
}

const marks = { passed: '✓', failed: '✗', not_applicable: '-' } as const;

function lineOf({ id, outcome, section, title, expected, found }: CheckResult): string {
  const start = `${marks[outcome]} ${section} ${id}: ${title}`;
  return outcome === 'failed' ? `${start}; expected ${expected}; came: ${found}` : `${start} (${found})`;
}

function tell(report: ConformanceReport, terminal: Terminal): void {
  const { passed, failed, not_applicable } = report;
  const summary = `${passed} kept, ${failed} broken, ${not_applicable} could not be seen.`;
  if (terminal.json) terminal.out(JSON.stringify(report));
  else terminal.out(summary);
  if (failed > 0)
    throw new CommandFailed(`${failed} ${failed === 1 ? 'rule is' : 'rules are'} broken.`, {
      fix: 'docs/sidecars.md explains each by its number.',
    });
}
