import { freePort, waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplyReceiver } from '../chaos/reply-receiver.ts';
import { chaosConnector, chaosConnectors, chaosToken, sendEvents } from '../chaos/send-events.ts';
import { caller, collectedSpans, wayOf, wayOfWebhook, type CollectedSpan } from '../collected-spans.ts';
import { openFront } from '../open-front.ts';
import { alerts, exemplars, evaluate, rules, targets, valuesOf } from './ask-prometheus.ts';
import { missingEngine, openComposeProject, type ComposeProject } from './compose-project.ts';
import { alertMeasures, choices, panelQueries, type Query } from './dashboards.ts';
import { hardened, inspectContainers } from './inspect-containers.ts';
import { provideImages } from './provide-images.ts';

const missing = missingEngine();
const minutes = (count: number) => count * 60_000;
const patient = { timeoutMs: 60_000 };
const closedConnector = 'closed';
const connectors = `${chaosConnectors}
[[http_connectors]]
name = "${closedConnector}"
bearer_token = "${chaosToken}"
session_policy = { create_if_missing = false }
`;
const watchers = ['collector', 'prometheus', 'grafana'];
const services = [
  'control-plane',
  'external-gateway',
  'http-gateway',
  'session-router',
  'slack-gateway',
  'telegram-gateway',
];

describe.skipIf(missing !== undefined)('docker compose with the profile observability', () => {
  const stack = new AsyncDisposableStack();
  let project: ComposeProject;
  let absent: string[];
  let target: string;

  beforeAll(async () => {
    const receiver = stack.use(await openReplyReceiver(1));
    const door = stack.use(await openFront([new URL(receiver.targetOf(0)).origin], { host: '0.0.0.0' }));
    target = `http://host.docker.internal:${new URL(door.url).port}/conversations/0`;
    project = stack.use(
      await openComposeProject({
        connectors,
        profiles: ['demo', 'observability'],
        callHome: ['http-gateway'],
        settings: {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
          TRUNKLINE_GRAFANA_PORT: String(await freePort()),
        },
      }),
    );
    absent = await provideImages(watchers, project);
    await project.compose('build');
    const all = (await project.compose('config', '--services')).trim().split('\n');
    const begun = performance.now();
    const wanted = all.filter((service) => !absent.includes(service));
    await project.compose('up', '--detach', '--wait', '--wait-timeout', '120', ...wanted);
    process.stderr.write(`observability: up after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    stack.use(keepPosting(project.url, target));
  }, minutes(30));
  afterAll(() => stack.disposeAsync(), minutes(2));

  interface Said {
    content: string;
    /** Where the answer goes, if anywhere. */
    to?: string;
    connector?: string;
    headers?: Record<string, string>;
  }
  async function say({ content, to, connector = chaosConnector, headers = {} }: Said): Promise<number> {
    const response = await fetch(`${project.url}/v1/connectors/http/${connector}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${chaosToken}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        content,
        binding_keys: [content],
        ...(to !== undefined && { reply_targets: [{ type: 'http', url: to }] }),
      }),
    });
    return response.status;
  }

  /** Lines that the collector wrote. Nothing in its own image could read them. */
  async function collected(what: 'traces' | 'metrics'): Promise<string[]> {
    const cat = ['run', '--rm', '--no-TTY', '--no-deps', '--entrypoint', 'cat', 'init'];
    return (await project.compose(...cat, `/deployment/traces/${what}.jsonl`)).trim().split('\n');
  }
  const spans = async (): Promise<CollectedSpan[]> => (await collected('traces')).flatMap(collectedSpans);

  it(
    'has one trace from the webhook at caddy to the delivered answer',
    async () => {
      const { traceparent } = caller;
      expect(await say({ content: 'traced', to: target, headers: { traceparent } })).toBe(200);
      const complete = async () => wayOf(await spans()).join() === wayOfWebhook.join();
      await waitFor(complete, { what: 'all spans', ...patient }).catch(() => undefined);
      expect(wayOf(await spans())).toEqual(wayOfWebhook);
    },
    minutes(2),
  );

  it(
    'scrapes every service',
    async () => {
      const seen = async () => (await targets(project)).map(({ job, health, lastError }) => [job, health, lastError]);
      const wanted = services.map((job) => [job, 'up', '']);
      const complete = async () => (await seen()).sort().join() === wanted.join();
      await waitFor(complete, { what: 'all targets', ...patient }).catch(() => undefined);
      expect((await seen()).sort()).toEqual(wanted);
    },
    minutes(2),
  );

  it(
    'has alert rules that work, and no alert while nothing is wrong',
    async () => {
      const judged = async () => (await rules(project)).every(({ health }) => health !== 'unknown');
      await waitFor(judged, { what: 'the rules to be evaluated', ...patient });
      const seen = (await rules(project)).map(({ name, health, lastError = '' }) => [name, health, lastError]);
      expect(seen).toEqual(alertMeasures().map(({ where }) => [where, 'ok', '']));
      const silent = async () => (await alerts(project)).length === 0;
      await waitFor(silent, { what: 'silence', ...patient }).catch(() => undefined);
      expect(await alerts(project)).toEqual([]);
    },
    minutes(3),
  );

  it('has alert rules that do what they say as time goes by', async () => {
    const mount = ['--volume', `${import.meta.dirname}/alert-rules.yaml:/tests/alert-rules.yaml:ro`];
    const promtool = ['run', '--rm', '--no-TTY', '--no-deps', ...mount, '--entrypoint', 'promtool', 'prometheus'];
    await project.compose(...promtool, 'test', 'rules', '/tests/alert-rules.yaml');
  });

  it(
    'gives the alarm at the first dead letter',
    async () => {
      // A host like any other; it has nothing at this path that takes replies.
      expect(await say({ content: 'lost', to: 'http://caddy/nowhere' })).toBe(200);
      const fires = async () =>
        (await alerts(project)).some(({ name, state }) => name === 'TrunklineDeadLetters' && state === 'firing');
      await waitFor(fires, { what: 'TrunklineDeadLetters', ...patient });
    },
    minutes(2),
  );

  it(
    'answers what the dashboards and the alert rules ask',
    async () => {
      expect(await say({ content: 'stuck', to: 'http://caddy:9/' })).toBe(200);
      expect(await say({ content: 'new here', connector: closedConnector })).toBe(404);
      expect(await say({ content: 'who?', headers: { authorization: 'Bearer wrong' } })).toBe(401);
      const empty = async (queries: Query[]) => {
        const found = await evaluate(queries, project);
        return queries.filter((_, at) => !found[at]?.some(Number.isFinite)).map(({ where }) => where);
      };
      const panels = ['connectors: Lease holders', 'connectors: Parked', 'connectors: Sidecars'];
      panels.push('overview: Parked and open breakers', 'services: Configuration', 'services: Reconnects');
      const ofNothing = panels.map((panel) => `Trunkline: ${panel}`);
      const complete = async () => (await empty(panelQueries())).length <= ofNothing.length;
      await waitFor(complete, { what: 'all panels', ...patient }).catch(() => undefined);
      expect((await empty(panelQueries())).sort()).toEqual(ofNothing);
      expect((await empty(alertMeasures())).sort()).toEqual([
        'TrunklineConfigurationRefused',
        'TrunklineDeliveriesParked',
        'TrunklineLeaseWithoutHolder',
        'TrunklinePoisonEvents',
        'TrunklinePolicyConflicts',
        'TrunklineServiceGone',
        'TrunklineSidecarDown',
      ]);
      const [kinds, names] = await valuesOf(choices(), project);
      expect(kinds).toEqual(['external', 'http', 'slack', 'telegram']);
      expect(names).toEqual([chaosConnector, closedConnector]);
    },
    minutes(3),
  );

  it(
    'leads from each latency to traces, and the collector has them',
    async () => {
      const latencies = panelQueries().filter((query) => query.exemplars);
      expect(latencies.length).toBeGreaterThan(4);
      const found = await exemplars(latencies, project);
      expect(latencies.filter((_, at) => found[at]?.length === 0)).toEqual([]);
      const wanted = found.flat();
      const ids = async () => new Set((await spans()).map(({ traceId, spanId }) => `${traceId} ${spanId}`));
      const lost = async () => {
        const kept = await ids();
        return wanted.filter(({ traceId, spanId }) => !kept.has(`${traceId} ${spanId}`));
      };
      await waitFor(async () => (await lost()).length === 0, { what: 'their traces', ...patient }).catch(
        () => undefined,
      );
      process.stderr.write(`observability: ${wanted.length} exemplars\n`);
      expect(await lost()).toEqual([]);
    },
    minutes(2),
  );

  it(
    'finds a second replica by itself, and forgets it when it is gone',
    async () => {
      const isAt = (count: number) => async () => {
        const own = (await targets(project)).filter(({ job }) => job === 'slack-gateway');
        return own.length === count && own.every(({ health }) => health === 'up');
      };
      for (const count of [2, 1]) {
        const scale = ['--scale', `slack-gateway=${count}`, 'slack-gateway'];
        await project.compose('up', '--detach', '--no-recreate', '--no-deps', ...scale);
        await waitFor(isAt(count), { what: `${count} targets`, ...patient });
      }
    },
    minutes(3),
  );

  it(
    'gives the alarm when a service does not answer',
    async () => {
      // Which one it is depends on what the engine's DNS says of a name that nobody has any more.
      const missed = ['TrunklineServiceDown', 'TrunklineServiceGone'];
      const isDown = async () =>
        (await alerts(project)).some(({ name, job }) => missed.includes(name) && job === 'telegram-gateway');
      await project.compose('stop', 'telegram-gateway');
      await waitFor(isDown, { what: `one of ${missed.join(', ')}`, ...patient });
      await project.compose('start', 'telegram-gateway');
      await waitFor(async () => !(await isDown()), { what: 'the end of the alarm', ...patient });
    },
    minutes(3),
  );

  it(
    'has the metrics of every service in the collector too',
    async () => {
      const silent = async () => {
        const lines = await collected('metrics');
        return services.filter((service) => !lines.some((line) => line.includes(`{"stringValue":"${service}"}`)));
      };
      // Once a minute, as OpenTelemetry's SDK does.
      const complete = async () => (await silent()).length === 0;
      await waitFor(complete, { what: 'all metrics', timeoutMs: 90_000 }).catch(() => undefined);
      expect(await silent()).toEqual([]);
    },
    minutes(2),
  );

  it('is shut in like everything else; Grafana alone is published, on this machine', async () => {
    const containers = await inspectContainers(project);
    for (const service of watchers.filter((each) => !absent.includes(each))) {
      const found = containers.filter(({ name }) => name.includes(`-${service}-`));
      const published = service === 'grafana' ? ['127.0.0.1'] : [];
      expect(found).toEqual([{ ...hardened, name: expect.any(String), published }]);
    }
  });
});

/** Something to measure: a few events a second until it is disposed of. */
function keepPosting(url: string, target: string): AsyncDisposable {
  const over = new AbortController();
  const sending = sendEvents(
    { events: 1e6, conversations: 2, pauseMs: 400, run: 'watched', gatewayUrls: [url], targetOf: () => target },
    { record: { accepted: [], posts: 0, refused: [], sent: 0 }, over: over.signal },
  );
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await sending;
    },
  };
}
