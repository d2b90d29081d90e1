import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  jetstreamManager,
  type JetStreamManager,
  JetStreamApiError,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { BusNotReadyError } from './errors.ts';
import type { Names } from './names.ts';
import { streamsOf } from './permissions.ts';
import { refusalOf } from './refusals.ts';
import { userOf, type Role } from './roles.ts';
import { defaultStreamChoices, doorbellConsumer, streamDefinitions, type StreamChoices } from './stream-definitions.ts';

const serverFloor = [2, 11, 0] as const;
const streamNotFound = 10059;

/** How one stream differs from what this version needs; `missing` has no differences. */
export interface StreamFinding {
  stream: string;
  state: 'ok' | 'missing' | 'different';
  differences: string[];
}

/** Where to migrate, and what the operator chooses. */
export interface Migration {
  nc: NatsConnection;
  names: Names;
  choices?: Partial<StreamChoices>;
  /** How long to wait for a cluster that has no leader, or not enough servers, yet. Default: not at all. */
  patienceMs?: number;
}

/** Creates what is missing and evolves what differs. Safe to run again and while services run. Returns what it changed. */
export async function migrateStreams(at: Migration): Promise<StreamFinding[]> {
  refuseOldServer(at.nc);
  const jsm = await jetstreamManager(at.nc, { checkAPI: false });
  const deadline = performance.now() + (at.patienceMs ?? 0);
  const changed = new Map<string, StreamFinding>();
  for (;;) {
    try {
      for (const finding of await migrateOnce(at, jsm)) changed.set(finding.stream, finding);
      return [...changed.values()];
    } catch (error) {
      if (!comesYet(error) || performance.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

/** No suitable peers, system temporarily unavailable, replicas more than peers; a request that nobody answers is the same. */
const comesYetCodes = [10005, 10008, 10074];
const nobodyAnswers = ['TimeoutError', 'NoRespondersError', 'RequestError', 'JetStreamNotEnabled'];

function comesYet(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return comesYetCodes.includes(error.code);
  return error instanceof Error && nobodyAnswers.includes(error.name);
}

async function migrateOnce(at: Migration, jsm: JetStreamManager): Promise<StreamFinding[]> {
  const choices = { ...(await choicesSoFar(at, jsm)), ...at.choices };
  const changed: StreamFinding[] = [];
  for (const definition of streamDefinitions(at.names, choices)) {
    const finding = await inspect(definition, jsm);
    if (finding.state === 'ok') continue;
    if (finding.state === 'missing') await jsm.streams.add(definition);
    else await jsm.streams.update(definition.name, definition);
    changed.push(finding);
  }
  await ensureDoorbell(jsm, at.names);
  return changed;
}

/** Compares the server with what this version needs, or of that what a role needs, changing nothing. */
export async function inspectStreams(at: {
  nc: NatsConnection;
  names: Names;
  choices?: Partial<StreamChoices>;
  role?: Role | undefined;
  /** Whom we are connected as. */
  user?: string | undefined;
}): Promise<StreamFinding[]> {
  const jsm = await jetstreamManager(at.nc, { checkAPI: false });
  // A role need not see how many copies there are: services do not ask for that.
  const choices = { ...(at.role ? defaultStreamChoices : await choicesSoFar(at, jsm)), ...at.choices };
  const wanted = at.role && new Set(streamsOf(at.role, at.names));
  const definitions = streamDefinitions(at.names, choices).filter(({ name }) => wanted?.has(name) ?? true);
  return Promise.all(definitions.map((definition) => inspect(definition, jsm))).catch((error: unknown) => {
    throw refusalOf(error, { user: at.user, role: at.role && userOf(at.role) });
  });
}

/**
 * Throws BusNotReadyError unless the server is new enough and holds every stream with the features we rely on; with a role, every stream
 * of that role.
 */
export async function requireStreams(at: { nc: NatsConnection; names: Names; role?: Role | undefined }): Promise<void> {
  refuseOldServer(at.nc);
  const findings = await inspectStreams(at);
  const problems = findings.filter((finding) => finding.state === 'missing' || lacksFeature(finding));
  if (problems.length === 0) return;
  throw new BusNotReadyError(
    problems.map(
      ({ stream, state, differences }) =>
        `${stream} is ${state}${differences.length ? ` (${differences.join(', ')})` : ''}`,
    ),
    'Run `trunkline bus migrate`, then start again.',
  );
}

// Limits are the operator's; these are promises that an old server drops without a word (design/nats-notes.md, pitfall 4).
const features = ['allow_direct', 'allow_msg_ttl', 'subjects', 'discard', 'max_msgs_per_subject'];
const lacksFeature = (finding: StreamFinding) =>
  finding.differences.some((difference) => features.some((name) => difference.startsWith(name)));

function refuseOldServer(nc: NatsConnection): void {
  const version = nc.info?.version ?? '0.0.0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > serverFloor[0] || (major === serverFloor[0] && minor >= serverFloor[1])) return;
  throw new BusNotReadyError(
    [`nats-server ${version} is older than ${serverFloor.join('.')}`],
    'Install a current nats-server; `npm start` fetches one by itself.',
  );
}

/** What an installation chose earlier holds until somebody chooses otherwise: how many copies there are. */
async function choicesSoFar({ names }: { names: Names }, jsm: JetStreamManager): Promise<StreamChoices> {
  const events = await find(names.stream('EVENTS'), jsm);
  return { ...defaultStreamChoices, ...(events && { replicas: events.config.num_replicas }) };
}

function find(stream: string, jsm: JetStreamManager): Promise<StreamInfo | undefined> {
  return jsm.streams.info(stream).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return undefined;
    throw error;
  });
}

async function inspect(
  definition: Pick<StreamConfig, 'name'> & Partial<StreamConfig>,
  jsm: JetStreamManager,
): Promise<StreamFinding> {
  const found = await find(definition.name, jsm);
  if (!found) return { stream: definition.name, state: 'missing', differences: [] };
  const actual = new Map(Object.entries(found.config));
  const differences = Object.entries(definition)
    .filter(([field, wanted]) => JSON.stringify(actual.get(field)) !== JSON.stringify(wanted))
    .map(([field, wanted]) => `${field}: ${JSON.stringify(actual.get(field))} instead of ${JSON.stringify(wanted)}`);
  return { stream: definition.name, state: differences.length ? 'different' : 'ok', differences };
}

async function ensureDoorbell(jsm: JetStreamManager, names: Names): Promise<void> {
  await jsm.consumers.add(names.stream('EVENTS'), {
    durable_name: doorbellConsumer,
    filter_subject: names.allEvents,
    ack_policy: AckPolicy.Explicit,
    // A dead router's doorbells ring elsewhere after this time; the next event of the conversation rings sooner.
    ack_wait: 4_000_000_000,
    max_deliver: -1,
    max_ack_pending: 4096,
  });
}

/** What each stream of the installation holds, by its full name; streams that are missing are left out. */
export async function streamUsage(at: {
  connection: NatsConnection;
  names: Names;
}): Promise<Map<string, { messages: number; bytes: number; consumers: number }>> {
  const jsm = await jetstreamManager(at.connection, { checkAPI: false });
  const wanted = new Set(streamDefinitions(at.names).map(({ name }) => name));
  const usage = new Map<string, { messages: number; bytes: number; consumers: number }>();
  for await (const { config, state } of jsm.streams.list()) {
    if (wanted.has(config.name))
      usage.set(config.name, { messages: state.messages, bytes: state.bytes, consumers: state.consumer_count });
  }
  return usage;
}
