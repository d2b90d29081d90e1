import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { redact, secretOf, validSecrets } from '@trunkline/secrets';
import { sharedTokens, type ExternalEntry } from './access.ts';
import type { CallSidecar } from './call-sidecar.ts';
import { childEnvironment } from './child-environment.ts';
import { followLines } from './child-output.ts';
import { startChild, type Child, type ChildEnd } from './child-process.ts';
import { issueGrant, type GrantDeps, type HeldGrant } from './grants.ts';
import { createSidecarProbe, type Probed } from './sidecar-probe.ts';
import type { SidecarState } from './sidecar-record.ts';
import type { SidecarTimes } from './sidecar-times.ts';
import { watchHealth } from './watch-health.ts';

/** How long a child may be looked after. */
export interface Tenure {
  /** Somebody else may have it: it has to die at once. */
  lost: AbortSignal;
  /** Stop it in good order: not wanted any more, or its configuration changed. */
  ending: AbortSignal;
  epoch: number;
  stillOwner(): boolean;
  /** For how long it is certainly ours, whatever becomes of the bus and of this process. */
  remainingMs(): number;
}

export interface SuperviseDeps {
  call: CallSidecar;
  grants: GrantDeps['bucket'];
  /** Where the child reaches this gateway. */
  gatewayUrl: string;
  env: NodeJS.ProcessEnv;
  times: SidecarTimes;
  now: () => number;
  random: () => number;
  report(state: SidecarState): void;
  /** A line that the child printed, without secrets. */
  heard(from: 'stdout' | 'stderr', line: string): void;
  log: SidecarLog;
}

export interface SidecarLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Why a child did not last. */
interface Failure {
  code: string;
  reason: string;
}

/** Keeps one child running, as configured in `entry`, until its tenure is over. Nothing of it runs any more when this resolves. */
export async function superviseChild(entry: ExternalEntry, tenure: Tenure, deps: SuperviseDeps): Promise<void> {
  const { times, random, report, log } = deps;
  const over = AbortSignal.any([tenure.lost, tenure.ending]);
  for (let failures = 0; !over.aborted;) {
    const { failure, wellMs } = await runOnce({ entry, tenure, over, failures }, deps);
    if (over.aborted || failure === undefined) return;
    failures = wellMs >= times.wellAfterMs ? 1 : failures + 1;
    const nominal = Math.min(times.longestPauseMs, times.firstPauseMs * 2 ** (failures - 1));
    const pauseMs = Math.min(times.longestPauseMs, Math.round(nominal * (0.75 + random() / 2)));
    report({ status: 'down', ...failure, failures });
    log.warn({ connector: entry.name, ...failure, failures, pause_ms: pauseMs }, 'sidecar.failed');
    await sleep(pauseMs, undefined, { signal: over }).catch(() => {});
  }
}

interface Start {
  entry: ExternalEntry;
  tenure: Tenure;
  over: AbortSignal;
  failures: number;
}

interface Ran {
  /** Absent when it was told to stop. */
  failure?: Failure;
  /** How long it was well at its end. */
  wellMs: number;
}

async function runOnce(start: Start, deps: SuperviseDeps): Promise<Ran> {
  const { entry, tenure, failures } = start;
  const { config, name } = entry;
  const { grants: bucket, now, times } = deps;
  if (await isListening(new URL(config.base_url))) return { failure: portTaken, wellMs: 0 };
  const keys = { ...config.child_process?.credential_slots };
  const asked = { connector: name, keys, epoch: tenure.epoch };
  const grant = await issueGrant(asked, { bucket, now, lastMs: times.grantMs });
  // This process may have been stopped for long; the signals that tell of it come a moment later.
  if (grant === undefined || !tenure.stillOwner()) return { failure: notOwner, wellMs: 0 };
  deps.report({ status: 'starting', failures });
  const allowedMs = () => Math.min(times.silenceMs, tenure.remainingMs());
  const child = launch(entry, { grant, allowedMs: allowedMs() }, deps);
  const timers = [
    setInterval(() => tenure.stillOwner() && child.beat(allowedMs()), times.beatEveryMs),
    setInterval(() => void renew(grant, name, deps), times.renewGrantMs),
  ];
  try {
    return await lookAfter(child, start, deps);
  } finally {
    await bringDown(child, tenure, times);
    timers.forEach(clearInterval);
    await grant.revoke().catch((err: unknown) => deps.log.warn({ connector: name, err }, 'grant.not-revoked'));
  }
}

async function renew(grant: HeldGrant, connector: string, { log }: SuperviseDeps): Promise<void> {
  try {
    if (!(await grant.renew())) log.warn({ connector }, 'grant.gone');
  } catch (err) {
    log.warn({ connector, err }, 'grant.not-renewed');
  }
}

function launch(
  entry: ExternalEntry,
  { grant, allowedMs }: { grant: HeldGrant; allowedMs: number },
  deps: SuperviseDeps,
): Child {
  const { config, name, secrets } = entry;
  const { gatewayUrl, now, log, heard } = deps;
  const { command = '', args = [], working_dir: cwd = process.cwd() } = config.child_process ?? {};
  const [shared] = validSecrets(sharedTokens(entry) ?? [], now());
  const facts = { gatewayUrl, sharedToken: shared?.expose().trim(), credentialToken: grant.token };
  const hidden = [...Object.values(secrets).flat(), secretOf(grant.token)];
  return startChild(
    { command, args, cwd, env: childEnvironment(config, facts, deps.env), allowedMs },
    (stream, output) =>
      followLines(output, {
        mask: (text) => redact(text, hidden),
        onLine: (line) => {
          heard(stream, line);
          log.info({ connector: name, stream, line }, 'sidecar.said');
        },
      }),
  );
}

/** Resolves when the child has ended, does not answer, or shall stop. */
async function lookAfter(child: Child, { entry, over, failures }: Start, deps: SuperviseDeps): Promise<Ran> {
  const { call, now, times, random, report, log } = deps;
  const pid = await child.pid;
  const known = { ...(pid !== undefined && { pid }), failures };
  if (pid !== undefined) log.info({ connector: entry.name, pid }, 'sidecar.started');
  const done = new AbortController();
  const probe = createSidecarProbe(() => entry, { call, now, timeoutMs: times.probeMs, manifestMs: times.manifestMs });
  const health = watchHealth({
    probe,
    times,
    random,
    monotonic: () => performance.now(),
    stop: AbortSignal.any([over, done.signal]),
    onLook: (probed) => report({ ...stateOf(probed), ...known }),
  });
  const ended = child.ended.then((end): Failure => failureOf(end));
  const failure = await Promise.race([ended, health.failed]);
  done.abort();
  return { ...(!over.aborted && failure && { failure }), wellMs: health.wellMs() };
}

/** What one look at a sidecar says of it. */
export function stateOf(probed: Probed): SidecarState {
  if (!probed.ok) return { status: 'down', code: probed.code, reason: probed.reason };
  const { manifest, health } = probed;
  return { status: health.status, manifest, ...(health.detail !== undefined && { reason: health.detail }) };
}

/** Resolves when nothing of the child's group runs. */
async function bringDown(child: Child, { lost }: Tenure, { stopGraceMs }: SidecarTimes): Promise<void> {
  const kill = () => child.kill();
  lost.addEventListener('abort', kill);
  if (lost.aborted) kill();
  else child.stop(stopGraceMs);
  await child.ended;
  lost.removeEventListener('abort', kill);
}

function failureOf(end: ChildEnd): Failure {
  switch (end.how) {
    case 'failed':
      return { code: 'start_failed', reason: `It cannot be started (${end.code}): check command and working_dir.` };
    case 'watchdog_lost':
      return { code: 'watchdog_lost', reason: 'Its watchdog was killed, and it with it.' };
    case 'ended': {
      const by = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`;
      return { code: 'exited', reason: `It ended ${by} (${end.why}); its log lines say more.` };
    }
  }
}

const notOwner: Failure = { code: 'lease_uncertain', reason: 'Another replica may look after it by now.' };
const portTaken: Failure = { code: 'port_taken', reason: 'Something else listens at base_url already.' };

/** Whether something takes connections there: then a child could not, and its health would be somebody else's. */
function isListening({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port), timeout: 1_000 });
    const settle = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}
