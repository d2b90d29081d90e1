import { resolve } from 'node:path';
import type { StoredMessage } from '@trunkline/bus';
import { waitFor } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHistory, isViolated } from './chaos/check-history.ts';
import { caller, collectedSpans, wayOf, wayOfWebhook } from './collected-spans.ts';
import { everything, readJudged } from './chaos/read-history.ts';
import { openReplyReceiver } from './chaos/reply-receiver.ts';
import { chaosConnectors, chaosToken, sendEvents, type SentEvents } from './chaos/send-events.ts';
import { startInstallation, type Installation } from './installation.ts';

const joint = (name: string) => chaosConnectors.replace('"chaos"', `"${name}"\nfixed_session_id = "joint"`);
const plainAgent = resolve(import.meta.dirname, '../../../docs/examples/plain-nats-agent.mjs');
const duplicateWindowSeconds = 1;
const patient = { timeoutMs: 40_000 };

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation({
    connectors: [chaosConnectors, joint('left'), joint('right')].join('\n'),
    routers: 2,
    gateways: 2,
    consumers: 1,
    extra: [{ name: 'plain-agent', main: plainAgent, saysReady: false }],
    streams: { duplicateWindowSeconds },
    traces: true,
  });
}, 150_000);
afterAll(() => installation?.[Symbol.asyncDispose]());

interface Posted {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(
  body: object,
  at: { gateway?: number; connector?: string; headers?: Record<string, string> } = {},
): Promise<Posted> {
  const { gateway = 0, connector = 'chaos', headers = {} } = at;
  const response = await fetch(`${installation.gatewayUrls[gateway]}/v1/connectors/http/${connector}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${chaosToken}`, ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function stored(
  stream: Parameters<typeof everything>[0],
  isWanted: (message: StoredMessage) => boolean,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for await (const message of everything(stream, installation.bus)) if (isWanted(message)) found.push(message);
  return found;
}

const holds = (text: string) => (message: StoredMessage) => Buffer.from(message.payload).includes(text);
const target = (url: string) => [{ type: 'http', url }];
const events = (run: string) => stored('EVENTS', holds(`"${run}`));

/** Everything down, the server too, and up again when the server itself has forgotten what it has seen. */
async function restartEverything(): Promise<Record<string, number>> {
  const codes = await installation.stop();
  await installation.nats.stop();
  await new Promise((resume) => setTimeout(resume, duplicateWindowSeconds * 1_500));
  await installation.nats.restart();
  await installation.start();
  return codes;
}

describe('one webhook', () => {
  it('becomes a turn and an answer under one trace id, from the post to the delivery', async () => {
    await using receiver = await openReplyReceiver(1);
    const { traceId, traceparent } = caller;
    const reply_targets = target(receiver.targetOf(1));
    const posted = await post(
      { idempotency_key: 'trace-1', binding_keys: ['trace'], content: 'hello', reply_targets },
      { headers: { traceparent } },
    );
    expect(posted).toMatchObject({ status: 200, body: { event_id: 'trace-1', status: 'accepted' } });
    await waitFor(() => receiver.replies.length > 0, { what: 'the answer', ...patient });
    const turnId = String(posted.body.turn_id);
    const places = [
      await stored('EVENTS', holds('"trace-1"')),
      await stored('TURNS', holds(turnId)),
      await stored('OUTPUTS', holds(turnId)),
      await stored('DELIVERIES', holds(turnId)),
    ];
    for (const messages of places) {
      expect(messages.length).toBeGreaterThan(0);
      for (const message of messages) expect(message.headers.traceparent).toContain(traceId);
    }
    expect(receiver.replies[0]).toMatchObject({
      text: expect.stringContaining('hello'),
      traceparent: expect.stringContaining(traceId),
    });
    const way = () => wayOf(installation.leakWatch.collected('/v1/traces').flatMap(collectedSpans));
    const complete = () => way().join() === wayOfWebhook.join();
    await waitFor(complete, { what: 'all spans', ...patient }).catch(() => undefined);
    expect(way()).toEqual(wayOfWebhook);
  });

  it('is answered by an unrelated NATS client with plain JSON as well', async () => {
    await using receiver = await openReplyReceiver(1);
    await post({ binding_keys: ['plain'], content: 'hi', reply_targets: target(receiver.targetOf(1)) });
    const texts = () => receiver.replies.map(({ text }) => text).sort();
    await waitFor(() => receiver.replies.length >= 2, { what: 'both answers', ...patient });
    expect(texts()).toEqual(['Plainly: hi', 'echo hi']);
  });
});

describe('an idempotency key', () => {
  const body = (content: string) => ({ idempotency_key: 'idem-1', binding_keys: ['idem'], content });

  it('makes one event of 50 posts at the same time, and a conflict of another content, also after a restart of everything', async () => {
    const posts = await Promise.all(Array.from({ length: 50 }, (_, n) => post(body('once'), { gateway: n % 2 })));
    expect(posts.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
    expect(posts.filter(({ body: { status } }) => status === 'accepted')).toHaveLength(1);
    expect(await events('idem-1"')).toHaveLength(1);

    const again = await waitFor(
      async () => {
        const answer = await post(body('once'), { gateway: 1 });
        return answer.status === 200 ? answer : undefined;
      },
      { what: 'the receipt', ...patient },
    );
    const ids = { session_id: again.body.session_id, turn_id: again.body.turn_id };
    expect(again.body).toMatchObject({
      event_id: 'idem-1',
      status: 'duplicate',
      turn_id: expect.stringMatching(/^trn_/),
    });
    const conflict = { status: 409, body: { code: 'idempotency_conflict', event_id: 'idem-1', ...ids } };
    expect(await post(body('twice'))).toMatchObject(conflict);

    const { 'plain-agent': _ofNoConcern, ...codes } = await restartEverything();
    expect(new Set(Object.values(codes))).toEqual(new Set([0]));

    const after = await Promise.all(Array.from({ length: 50 }, (_, n) => post(body('once'), { gateway: n % 2 })));
    for (const { status, body: answer } of after)
      expect({ status, ...answer }).toMatchObject({ status: 200, ...again.body });
    expect(await post(body('twice'), { gateway: 1 })).toMatchObject(conflict);
    expect(await events('idem-1"')).toHaveLength(1);
    expect(await stored('TURNS', holds('"idem-1"'))).toHaveLength(1);
  }, 120_000);

  it('is the own one of each connector, also where both lead into one session', async () => {
    await using receiver = await openReplyReceiver(2);
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    for (const n of numbers) {
      const answers = await Promise.all(
        ['left', 'right'].map((connector, at) => {
          const reply_targets = target(receiver.targetOf(at));
          const said = {
            idempotency_key: `joint-${n}`,
            binding_keys: ['same'],
            content: `${connector} ${n}`,
            reply_targets,
          };
          return post(said, { connector, gateway: (n + at) % 2, headers: { prefer: 'wait=0' } });
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    }
    const turns = await waitFor(
      async () => {
        const found = await stored('TURNS', holds('"joint-'));
        return found.length >= 80 ? found : undefined;
      },
      { what: '80 turns', ...patient },
    );
    const read = turns.map(
      (message) =>
        message.json() as { session: { session_id: string }; event: { data: { content: { text: string } } } },
    );
    expect(new Set(read.map(({ session }) => session.session_id))).toEqual(new Set(['joint']));
    for (const connector of ['left', 'right']) {
      const said = read.map(({ event }) => event.data.content.text).filter((text) => text.startsWith(connector));
      expect(said).toEqual(numbers.map((n) => `${connector} ${n}`));
    }
    const echoes = () => receiver.replies.filter(({ text }) => text.startsWith('echo'));
    await waitFor(() => new Set(echoes().map(({ text }) => text)).size === 80, { what: '80 answers', ...patient });
  }, 120_000);
});

describe('a service', () => {
  it('exits with 0 within 20 s of SIGTERM and loses nothing of what it was doing', async () => {
    await using receiver = await openReplyReceiver();
    const record: SentEvents = { accepted: [], posts: 0, refused: [], sent: 0 };
    const over = new AbortController();
    const { gatewayUrls } = installation;
    const sending = sendEvents(
      { events: 100_000, conversations: 8, gatewayUrls, run: 'term', targetOf: receiver.targetOf },
      { record, over: over.signal },
    );
    for (const name of ['session-router-1', 'http-gateway-1', 'consumer-1']) {
      const service = installation.process(name);
      const before = record.accepted.length;
      await waitFor(() => record.accepted.length > before + 20, { what: 'traffic', ...patient });
      const startedAt = performance.now();
      expect(await service.stop(), service.tail()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(20_000);
      service.start();
      await service.ready();
    }
    over.abort();
    await sending;
    const accepted = record.accepted;
    const echoes = () => receiver.replies.filter(({ text }) => text.startsWith('echo'));
    const told = () => new Set(echoes().map(({ text }) => text)).size;
    await waitFor(() => told() >= accepted.length, { what: 'all answers', ...patient });
    const judged = (await readJudged(installation.bus)).filter(({ eventId }) => eventId.startsWith('term-'));
    const findings = checkHistory({ accepted, judged, replies: echoes() });
    expect(isViolated(findings), JSON.stringify(findings)).toBe(false);
  }, 180_000);

  it('answers 503 with Retry-After while the bus is away, and goes on by itself when it is back', async () => {
    const pids = () => installation.processes.map(({ pid }) => pid);
    const before = pids();
    const body = { idempotency_key: 'away-1', binding_keys: ['away'], content: 'anybody there?' };
    await installation.nats.kill();
    const refused = await post(body);
    expect(refused).toMatchObject({ status: 503, body: { code: 'bus_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await installation.nats.restart();
    const taken = await waitFor(
      async () => {
        const answer = await post(body);
        return answer.status === 200 ? answer : undefined;
      },
      { what: 'the event to be taken and routed', ...patient },
    );
    expect(taken.body).toMatchObject({ event_id: 'away-1', turn_id: expect.stringMatching(/^trn_/) });
    expect(await events('away-1"')).toHaveLength(1);
    expect(pids()).toEqual(before);
  }, 90_000);
});
