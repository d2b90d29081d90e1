import { existsSync, readFileSync } from 'node:fs';
import { inspectStreams, type Bus } from '@trunkline/bus';
import { formatProblem, parseConnectorsFile } from '@trunkline/config';
import { ControlRefusedError, routes, type ConnectorTest, type ControlClient } from '@trunkline/control-api';
import { allPages } from './all-pages.ts';
import { lookAtProcesses } from './look-at-processes.ts';
import { loadKeyring, masterKeyFileVariable, masterKeyVariable } from '@trunkline/secrets';

/** What looking at one part of an installation came to. `fix` is the next step. */
export interface Finding {
  check: string;
  outcome: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  fix?: string;
}

/** What the doctor looks at. Parts that are not there are skipped, and it says so. */
export interface Patient {
  connectorsFile: string;
  /** Variables of the services, as far as the doctor is given them. */
  env: NodeJS.ProcessEnv;
  /** Runs `look` on the bus; throws when no server answers. */
  onBus(look: (bus: Bus) => Promise<Finding[]>): Promise<Finding[]>;
  onControl(look: (control: ControlClient) => Promise<Finding[]>): Promise<Finding[]>;
  now: () => number;
}

/** Looks at configuration, keys, bus, streams, control plane, clock, processes and platforms; one finding or more of each. Changes nothing. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { onBus, onControl } = patient;
  const looks: [string, () => Finding[] | Promise<Finding[]>][] = [
    ['config', () => lookAtConfig(patient.connectorsFile)],
    ['keys', () => lookAtKeys(patient.env)],
    ['bus', () => onBus(lookAtBus)],
    ['control plane', () => onControl((control) => lookAtControlPlane(control, patient))],
    ['processes', () => onControl(lookAtProcesses)],
    ['connectors', () => onControl(lookAtConnectors)],
  ];
  const found: Finding[] = [];
  for (const [check, look] of looks) found.push(...(await settled(check, look)));
  return found;
}

async function settled(check: string, look: () => Finding[] | Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const fix = 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
    return [{ check, outcome: 'failed', detail: error.message, ...(fix !== undefined && { fix }) }];
  }
}

function lookAtConfig(file: string): Finding[] {
  const check = 'config';
  if (!existsSync(file)) return [{ check, outcome: 'skipped', detail: `there is no file ${file}` }];
  const parsed = parseConnectorsFile(readFileSync(file), file);
  if (!parsed.ok) {
    return parsed.problems.map((problem) => ({
      check,
      outcome: 'failed',
      detail: formatProblem(problem),
      fix: 'Correct it: until then services that run keep the last good file, and others do not start.',
    }));
  }
  const warnings = parsed.warnings.map((warning): Finding => ({
    check,
    outcome: 'warning',
    detail: formatProblem(warning),
  }));
  return [{ check, outcome: 'ok', detail: `${file}: ${parsed.connectors.length} connectors` }, ...warnings];
}

async function lookAtKeys(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const check = 'keys';
  const loaded = await loadKeyring(env);
  switch (loaded.status) {
    case 'loaded':
      return [{ check, outcome: 'ok', detail: `master key ${loaded.keyring.ids.join(', ')} (the first one seals)` }];
    case 'invalid':
      return [{ check, outcome: 'failed', detail: loaded.problem, fix: loaded.fix }];
    case 'unset': {
      const detail = `neither ${masterKeyVariable} nor ${masterKeyFileVariable} is set here`;
      return [{ check, outcome: 'skipped', detail, fix: 'Run the doctor with the variables of your services.' }];
    }
  }
}

async function lookAtBus(bus: Bus): Promise<Finding[]> {
  const { connection, names } = bus;
  const rtt = await connection.rtt();
  const { version = 'unknown' } = connection.info ?? {};
  const server: Finding = { check: 'bus', outcome: 'ok', detail: `nats-server ${version}, ${rtt} ms away` };
  const streams = await inspectStreams({ nc: connection, names });
  const wrong = streams.filter(({ state }) => state !== 'ok');
  if (wrong.length === 0)
    return [server, { check: 'streams', outcome: 'ok', detail: `${streams.length} as they should be` }];
  return [
    server,
    ...wrong.map(({ stream, state, differences }): Finding => ({
      check: 'streams',
      outcome: 'failed',
      detail: `${stream} is ${state}${differences.length > 0 ? `: ${differences.join(', ')}` : ''}`,
      fix: 'trunkline bus migrate',
    })),
  ];
}

/** Signatures of platforms are refused at five minutes; a minute is already a clock that nobody sets. */
const toleratedSkewMs = 60_000;

async function lookAtControlPlane(control: ControlClient, { now }: Pick<Patient, 'now'>): Promise<Finding[]> {
  const askedAt = now();
  const response = await control.open('whoAmI', {});
  const { name, role } = routes.whoAmI.answer.parse(await response.json());
  const reached: Finding = { check: 'control plane', outcome: 'ok', detail: `reached as "${name}", ${role}` };
  const theirs = Date.parse(response.headers.get('date') ?? '');
  const skewMs = Math.abs(theirs - askedAt);
  if (skewMs <= toleratedSkewMs) {
    return [reached, { check: 'clock', outcome: 'ok', detail: 'the same here and at the control plane' }];
  }
  const detail = `differs from the control plane's by ${Math.round(skewMs / 1000)} s`;
  return [
    reached,
    { check: 'clock', outcome: 'failed', detail, fix: 'Let NTP set both: signatures hold for five minutes.' },
  ];
}

/** A platform that does not answer is waited for, ten seconds at most. */
const triedAtOnce = 8;

/**
 * Each connector that is switched on is tried by its gateway, which talks to the platform: tokens, webhooks, sidecars. Several at once;
 * what comes of it is in the order of the list.
 */
async function lookAtConnectors(control: ControlClient): Promise<Finding[]> {
  const views = await allPages(async (query) => (await control.call('listConnectors', { query })).body);
  const wanted = views.filter(({ state }) => state !== 'disabled');
  const found: Finding[][] = [];
  const waiting = wanted.entries();
  async function tryNext(): Promise<void> {
    for (const [index, { kind, name }] of waiting) {
      const test = () => control.call('testConnector', { params: { kind, name } });
      found[index] = await lookAtConnector(`${kind}/${name}`, test);
    }
  }
  await Promise.all(Array.from({ length: triedAtOnce }, tryNext));
  if (wanted.length === 0) return [{ check: 'connectors', outcome: 'skipped', detail: 'none is switched on' }];
  return found.flat();
}

async function lookAtConnector(check: string, test: () => Promise<{ body: ConnectorTest }>): Promise<Finding[]> {
  try {
    const { checks } = (await test()).body;
    return checks.map(({ name, outcome, detail }): Finding => ({
      check,
      outcome: outcome === 'ok' || outcome === 'skipped' ? outcome : 'failed',
      detail: `${name}: ${detail}`,
    }));
  } catch (error) {
    // One gateway that does not run must not hide what the others say.
    if (!(error instanceof ControlRefusedError)) throw error;
    return [{ check, outcome: 'failed', detail: `${error.problem.title}.`, fix: error.problem.detail }];
  }
}
