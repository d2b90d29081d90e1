import type { Bus } from '@trunkline/bus';
import type { ConnectorOf } from '@trunkline/config';
import {
  readGatewayQuestion,
  type Admission,
  type ConnectorKind,
  type ExplainedEvent,
  type GatewayAnswer,
  type GatewayQuestion,
  type PlatformRequest,
  type ProbeCheck,
  type SidecarLine,
  type SimulatedMessage,
  type Simulation,
} from '@trunkline/events';
import type { Inventory, InventoryEntry, ReadyEntry } from '@trunkline/inventory';
import { redact } from '@trunkline/secrets';
import type { Service } from '@trunkline/service';
import { admissionOf, type Proof } from './admission-of.ts';
import { askHolder } from './ask-holder.ts';
import { cutForReading } from './cut-for-reading.ts';
import { runChecks, type Check } from './run-checks.ts';

/** What to try of a connector that is ready; or the gateway that has to be asked instead, because it runs what is to be tried. */
export type Probe<K extends ConnectorKind> = (
  entry: ReadyEntry<ConnectorOf<K>>,
) => Promise<Check[] | { askGateway: string }>;

/** Reads a request as the platform would send it. Stores nothing and sends nothing. */
export interface Explain<K extends ConnectorKind> {
  /** Judges the proof that a request brings; `undefined` where the connector asks for none. */
  verify(request: PlatformRequest, entry: ReadyEntry<ConnectorOf<K>>): Proof | undefined;
  /** What it would come to once it is let in; the connector has a configuration, ready or not. */
  read(
    request: PlatformRequest,
    entry: InventoryEntry<ConnectorOf<K>> & { config: ConnectorOf<K> },
  ): Promise<ExplainedEvent[]> | ExplainedEvent[];
}

/** What the process that is run for a connector said lately; or the gateway that has to be asked instead, because it runs it. */
export type ReadLog = (connector: string) => Promise<SidecarLine[] | { askGateway: string }>;

/** Sends a message of an operator's through the ingress, as a caller with the connector's secrets would. It is stored, and answered. */
export type Simulate<K extends ConnectorKind> = (
  message: SimulatedMessage,
  entry: ReadyEntry<ConnectorOf<K>>,
) => Promise<Simulation>;

export interface OperatorParts<K extends ConnectorKind> {
  kind: K;
  bus: Pick<Bus, 'ask' | 'answer' | 'names'>;
  inventory: Pick<Inventory, 'get'>;
  probe: Probe<K>;
  explain: Explain<K>;
  /** Of a kind that runs processes. */
  log?: ReadLog;
  /** Missing where a conversation cannot be had without the platform. */
  simulate?: Simulate<K>;
  /** How long checks may take; tests are shorter. */
  probeMs?: number;
}

/** Operators wait 10 s, the way to them and back included. */
const usualProbeMs = 9_000;

/** Answers what operators ask of the connectors of a kind, until the service stops. Any replica will do, or the one that is named. */
export function answerOperators<K extends ConnectorKind>(
  service: Pick<Service, 'instanceId' | 'log' | 'onStop'>,
  parts: OperatorParts<K>,
): void {
  const { kind, bus } = parts;
  const handler = (question: unknown) => answerTo(question, { ...parts, service });
  const one = bus.answer(bus.names.ask(kind), { queue: kind }, handler);
  const own = bus.answer(bus.names.ask(kind, service.instanceId), {}, handler);
  service.onStop(() => {
    one.stop();
    own.stop();
  });
}

/** A shorter one stands in ordinary words: taken out, the gaps would tell what it is. */
const shortestRedacted = 8;

type Deps<K extends ConnectorKind> = OperatorParts<K> & { service: Pick<Service, 'instanceId' | 'log'> };

async function answerTo<K extends ConnectorKind>(document: unknown, deps: Deps<K>): Promise<GatewayAnswer> {
  const about = { v: 1, gateway: deps.service.instanceId } as const;
  const read = readGatewayQuestion(document);
  if (!read.ok) return { ...about, answer: 'not_understood', problems: read.problems };
  const question = read.value;
  const entry = deps.inventory.get(deps.kind, question.connector);
  if (entry === undefined) return { ...about, answer: 'connector_not_found' };
  try {
    switch (question.ask) {
      case 'probe':
        return await probe(question, entry, deps);
      case 'log':
        return await log(question, deps);
      case 'explain':
        return { ...about, answer: 'explained', ...(await explain(question.request, entry, deps)) };
      case 'simulate':
        if (!deps.simulate) return { ...about, answer: 'not_understood', problems: ['ask: not of this kind'] };
        return { ...about, answer: 'simulated', simulation: await simulated(question.message, entry, deps.simulate) };
    }
  } catch (error) {
    deps.service.log.error({ err: error, connector: entry.name, ask: question.ask }, 'question.failed');
    return { ...about, answer: 'failed' };
  }
}

async function probe<K extends ConnectorKind>(
  question: Extract<GatewayQuestion, { ask: 'probe' }>,
  entry: InventoryEntry<ConnectorOf<K>>,
  deps: Deps<K>,
): Promise<GatewayAnswer> {
  const { service, kind, bus, probeMs = usualProbeMs } = deps;
  const answer = (checks: ProbeCheck[]): GatewayAnswer => ({
    ...{ v: 1, gateway: service.instanceId, answer: 'probed' },
    checks: [configurationCheck(entry), ...checks],
  });
  if (entry.state !== 'ready') return answer([]);
  const found = await deps.probe(entry);
  if (Array.isArray(found)) {
    const secrets = Object.values(entry.secrets)
      .flat()
      .filter((secret) => secret.expose().length >= shortestRedacted);
    const options = { withinMs: probeMs, monotonic: () => performance.now(), log: service.log };
    return answer(await runChecks(found, { ...options, redact: (text) => redact(text, secrets) }));
  }
  const holder = found.askGateway;
  const said = await askHolder({ kind, holder, question, timeoutMs: probeMs + 300 }, bus);
  return said ?? answer([holderAway(holder)]);
}

const holderAnswersMs = 3_000;

async function log<K extends ConnectorKind>(
  question: Extract<GatewayQuestion, { ask: 'log' }>,
  { service, kind, bus, log: read }: Deps<K>,
): Promise<GatewayAnswer> {
  const about = { v: 1, gateway: service.instanceId } as const;
  const found = (await read?.(question.connector)) ?? [];
  if (Array.isArray(found)) return { ...about, answer: 'logged', lines: found };
  const holder = found.askGateway;
  const said = await askHolder({ kind, holder, question, timeoutMs: holderAnswersMs }, bus);
  return said ?? { ...about, answer: 'holder_silent', holder };
}

function configurationCheck(entry: InventoryEntry): ProbeCheck {
  const check = { name: 'configuration', ms: 0 } as const;
  switch (entry.state) {
    case 'ready':
      return { ...check, outcome: 'ok', detail: 'It is enabled, and every secret that it names is there.' };
    case 'disabled':
      return { ...check, outcome: 'failed', detail: 'It is switched off. Enable it, then test it.' };
    case 'degraded':
      return { ...check, outcome: 'failed', detail: `It cannot work: ${entry.reason}` };
  }
}

async function simulated<K extends ConnectorKind>(
  message: SimulatedMessage,
  entry: InventoryEntry<ConnectorOf<K>>,
  simulate: Simulate<K>,
): Promise<Simulation> {
  if (entry.state === 'ready') return simulate(message, entry);
  return { outcome: 'refused', reason: { code: 'connector_not_ready', detail: configurationCheck(entry).detail } };
}

const holderAway = (gateway: string): ProbeCheck => ({
  name: 'gateway',
  outcome: 'failed',
  detail: `The gateway that runs it (${gateway}) does not answer. If it died, another takes over within 15 s: test again then.`,
  ms: 0,
});

async function explain<K extends ConnectorKind>(
  request: PlatformRequest,
  entry: InventoryEntry<ConnectorOf<K>>,
  { explain: { verify, read } }: Deps<K>,
): Promise<{ admission: Admission; events: ExplainedEvent[] }> {
  const { config } = entry;
  const admission = admissionOf(request, entry, verify);
  if (config === undefined) return { admission, events: [] };
  const events = await read(withContentType(request), { ...entry, config });
  return { admission, events: events.map(cutForReading) };
}

/** Who pastes a payload does not think of its type. */
function withContentType(request: PlatformRequest): PlatformRequest {
  const { headers, body } = request;
  if (headers['content-type'] !== undefined || !/^\s*[{[]/.test(body)) return request;
  return { ...request, headers: { ...headers, 'content-type': ['application/json'] } };
}
