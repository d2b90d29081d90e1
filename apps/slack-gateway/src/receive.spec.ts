import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes } from '@trunkline/errors';
import { readEvent } from '@trunkline/events';
import fc from 'fast-check';
import { parseRequestBody } from 'slack-edge/dist/request/request-parser.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BusUnavailableError, createNames } from '@trunkline/bus';
import { bindingKey } from '@trunkline/sessions';
import { readBodyValue } from './read-body-value.ts';
import { docsSecret, readyEntry } from './testing/ready-entry.ts';
import { receivingApp, type ClientRequest } from './testing/receiving-app.ts';
import { signed } from './testing/sign.ts';

/** Beside the clone; a worktree lies one level deeper. */
const samples = ['../../../../shared', '../../../../../shared']
  .map((shared) => join(import.meta.dirname, shared, 'fixtures/slack-java-samples/json-logs/samples'))
  .find((path) => existsSync(path));

const mib = 1024 * 1024;
const formType = 'application/x-www-form-urlencoded';
const open = { signing_secret: undefined, allow_unauthenticated_ingress: true };
const entries = [
  readyEntry(),
  readyEntry({ name: 'open', ...open }),
  readyEntry({
    name: 'socket',
    signing_secret: undefined,
    ingress_mode: 'socket_mode',
    app_token: 'xapp-1',
    allow_unauthenticated_ingress: true,
  }),
  readyEntry({
    name: 'all',
    events: [
      'message',
      'app_mention',
      'reaction_added',
      'reaction_removed',
      'slash_command',
      'interaction',
      ...everyEvent(),
    ],
  }),
  readyEntry({ name: 'mention', require_mention: true }),
  { ...readyEntry({ name: 'off' }), state: 'disabled' as const },
  { ...readyEntry({ name: 'broken' }), state: 'degraded' as const, reason: 'bot_token: missing' },
];
let app: Awaited<ReturnType<typeof receivingApp>>;
beforeAll(async () => {
  app = await receivingApp(entries);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  expect(app.errors).toEqual([]);
});

function everyEvent(): string[] {
  return samples === undefined ? [] : readdirSync(join(samples, 'events')).map((file) => typeOf(samples, file));
}
/** The event type that a sample is named after; a message's subtype does not matter here. */
function typeOf(folder: string, file: string): string {
  const body = JSON.parse(readFileSync(join(folder, 'events', file), 'utf8')) as { event?: { type: string } };
  return body.event?.type || 'x';
}

const messageOf = (event: object = {}, envelope: object = {}) => ({
  type: 'event_callback',
  api_app_id: 'A1',
  team_id: 'T1',
  event_id: 'Ev1',
  authorizations: [
    { team_id: 'T1', enterprise_id: null, user_id: 'U0BOT', is_bot: true, is_enterprise_install: false },
  ],
  event: {
    type: 'message',
    user: 'U1',
    channel: 'C1',
    channel_type: 'channel',
    text: 'hi',
    ts: '1772357455.000200',
    ...event,
  },
  ...envelope,
});
const body = JSON.stringify(messageOf());

async function code(request: ClientRequest): Promise<unknown> {
  const answer = await app.send(request);
  if (answer.headers['content-type'] !== 'application/problem+json') return answer.status;
  return (JSON.parse(answer.text) as { code: string }).code;
}

describe('the order of checks', () => {
  it.each<ClientRequest & { is: string | number; because: string }>([
    { name: 'nobody', body: 'x'.repeat(5 * mib), is: 'connector_not_found', because: 'the connector before the size' },
    { name: 'off', body, headers: signed(body), is: 'connector_disabled', because: 'switched off' },
    { name: 'broken', body, headers: signed(body), is: 'connector_degraded', because: 'cannot work' },
    { body: 'x'.repeat(5 * mib), is: 'body_too_large', because: 'the size before the signature' },
    { body: 'x'.repeat(5 * mib), chunked: true, is: 'body_too_large', because: 'also without a length' },
    { body: 'x'.repeat(4 * mib), is: 'unauthenticated', because: 'the signature before parsing' },
    { body, is: 'unauthenticated', because: 'no signature' },
    { body, headers: signed(body, { secret: 'wrong' }), is: 'unauthenticated', because: 'a wrong one' },
    { body, headers: [...signed(body), 'x-slack-signature', 'v0=x'], is: 'unauthenticated', because: 'two of them' },
    { name: 'socket', body, headers: signed(body), is: 'unauthenticated', because: 'nobody has to call it' },
    { name: 'socket', body, is: 'unauthenticated', because: 'and it is never open' },
    { name: 'open', body: '{', is: 'body_invalid', because: 'nobody vouches for it' },
  ])('$because: $is', async ({ is, because: _because, ...request }) => {
    const before = [app.emitted.length, app.ledger.length];
    expect(await code(request)).toBe(is);
    expect([app.emitted.length, app.ledger.length]).toEqual(before);
  });

  it('takes a body without a length, and from an open connector one without a signature', async () => {
    expect(await code({ body, headers: signed(body), chunked: true })).toBe(200);
    expect(await code({ name: 'open', body })).toBe(200);
  });

  it('names no codes but published ones', () => {
    for (const published of ['unauthenticated', 'body_invalid', 'rate_limited', 'bus_unavailable']) {
      expect(Object.keys(problemCodes)).toContain(published);
    }
  });
});

describe('what Slack asks of a request URL', () => {
  it('gets its challenge back, but only signed', async () => {
    const question = JSON.stringify({ token: 'x', challenge: '3eZbrw1aB', type: 'url_verification' });
    const answer = await app.send({ body: question, headers: signed(question) });
    expect(JSON.parse(answer.text)).toEqual({ challenge: '3eZbrw1aB' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(await code({ body: question })).toBe('unauthenticated');
  });

  it.each([
    { body: 'ssl_check=1&token=x', is: 200, because: 'it comes unsigned' },
    { body: 'ssl_check=0&token=x', is: 'unauthenticated', because: 'only the exact value counts' },
    { body: 'ssl_check=10', is: 'unauthenticated', because: 'only the exact value counts' },
    { body: 'ssl_check=1&ssl_check=1', is: 'unauthenticated', because: 'once' },
  ])('ssl_check, $because: $body', async ({ body: form, is }) => {
    const before = app.emitted.length;
    expect(await code({ body: form, headers: ['content-type', formType] })).toBe(is);
    expect(app.emitted).toHaveLength(before);
  });

  it('answers app_rate_limited, which has no event in it', async () => {
    const limited = {
      token: 'x',
      type: 'app_rate_limited',
      team_id: 'T1',
      minute_rate_limited: 1518467820,
      api_app_id: 'A1',
    };
    expect((await app.json(limited)).status).toBe(200);
    expect(app.logged).toContainEqual({ connector: 'support', minute: 1518467820 });
  });
});

describe('answers', () => {
  it('are empty and 200 when the event is stored', async () => {
    app.emitted.length = 0;
    expect(await app.json(messageOf())).toMatchObject({ status: 200, text: '' });
    const [request] = app.emitted;
    expect(request).toMatchObject({ idempotent: true, waitMs: 0, limit: { key: 'slack/support/T1/C1', rate: 60 } });
    expect(request?.event.traceparent).toMatch(/^00-[0-9a-f]{32}-/);
  });

  it.each([
    {
      outcome: { outcome: 'bus_unavailable', retryAfterMs: 2000 },
      status: 503,
      after: '2',
      because: 'it may not be stored',
    },
    { outcome: { outcome: 'rate_limited', retryAfterMs: 400 }, status: 429, after: '1', because: 'it is not stored' },
    { outcome: { outcome: 'duplicate' }, status: 200, because: 'it is stored' },
    { outcome: { outcome: 'conflict' }, status: 200, because: 'no retry can change that' },
  ] as const)(
    '$outcome.outcome: $status, as $because',
    async ({
      outcome,
      status,
      after,
    }: {
      outcome: Parameters<typeof app.answerWith>[0];
      status: number;
      after?: string;
    }) => {
      app.answerWith(outcome);
      const answer = await app.json(messageOf());
      app.answerWith({ outcome: 'stored' });
      expect(answer.status).toBe(status);
      expect(answer.headers['retry-after']).toBe(after);
    },
  );

  it('never blame the content: it is noted with a code', async () => {
    app.ledger.length = 0;
    const answers = [
      await app.json(messageOf({ subtype: 'channel_join' })),
      await app.json(messageOf({ ts: 'never' })),
      await app.json({ type: 'event_callback' }),
      await app.send({ body: '{', headers: signed('{') }),
      await app.json(messageOf({ type: 'pin_added' })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(app.ledger.map(({ reason }) => reason.code)).toEqual([
      'service_message',
      'event_unreadable',
      'payload_unreadable',
      'payload_unreadable',
      'event_not_enabled',
    ]);
  });

  it('do not fail for want of a bus: 503', async () => {
    const down = () => Promise.reject(new BusUnavailableError('Appending', new Error('gone')));
    await using without = await receivingApp(entries, {
      bus: { names: createNames('tl'), append: down, bucket: () => ({ create: down, get: down }) as never },
    });
    for (const event of [{ text: 'hi <@U0BOT>' }, { subtype: 'channel_join' }]) {
      const answer = await without.json(messageOf(event));
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('2');
    }
  });
});

it('reads forms whatever the parameters of their content type', async () => {
  app.emitted.length = 0;
  const fields = {
    command: '/deploy',
    text: 'x',
    channel_id: 'C1',
    user_id: 'U1',
    api_app_id: 'A1',
    team_id: 'T1',
    trigger_id: '1.2.3',
  };
  const form = new URLSearchParams(fields).toString();
  for (const type of [formType, `${formType}; charset=utf-8`, 'Application/X-WWW-Form-Urlencoded']) {
    expect(await code({ body: form, headers: signed(form, { type }) })).toBe(200);
  }
  expect(app.emitted.map(({ event }) => [event.type, event.id])).toEqual(
    Array(3).fill(['trunkline.command.invoked', 'A1:1.2.3']),
  );
});

describe('twins', () => {
  const mention = (more: object) => messageOf({ text: 'hi <@U0BOT>', ...more });
  const gesture = '11111111-2222';
  it.each([
    {
      first: { client_msg_id: gesture },
      then: { type: 'app_mention', client_msg_id: gesture },
      because: 'both bring it',
    },
    {
      first: { client_msg_id: gesture },
      then: { type: 'app_mention' },
      because: 'only the message brings client_msg_id',
    },
    { first: { type: 'app_mention' }, then: { client_msg_id: gesture }, because: 'and comes second' },
    { first: {}, then: { type: 'app_mention' }, because: 'none brings it' },
  ])('are one event: $because', async ({ first, then }) => {
    app.buckets.clear();
    app.emitted.length = 0;
    await app.json(mention(first));
    await app.json({ ...mention(then), event_id: 'Ev2' });
    await app.json({ ...mention(then), event_id: 'Ev1', api_app_id: 'A2' });
    const [a, b, other] = app.emitted.map(({ event, fingerprint }) => [event.id, fingerprint, event.subject].join());
    expect(b).toBe(a);
    expect(other).not.toBe(a);
  });

  it('a claim whose owner crashed leaves its id to the retry', async () => {
    app.buckets.clear();
    app.emitted.length = 0;
    app.answerWith({ outcome: 'bus_unavailable', retryAfterMs: 1 });
    expect((await app.json(mention({ client_msg_id: gesture }))).status).toBe(503);
    app.answerWith({ outcome: 'stored' });
    expect((await app.json(mention({ type: 'app_mention' }))).status).toBe(200);
    expect(app.emitted.map(({ event }) => event.id)).toEqual(Array(2).fill(`A1:C1:m:${gesture}`));
  });
});

it('lets a thread go on where the bot takes part, when it wants to be mentioned', async () => {
  const reply = messageOf({ thread_ts: '1772357400.000100' });
  app.ledger.length = app.emitted.length = 0;
  await app.json(reply, 'mention');
  expect(app.ledger[0]?.reason.code).toBe('not_mentioned');
  app.buckets.set(bindingKey('slack:mention:team:T1:C1:1772357400.000100'), {});
  await app.json(reply, 'mention');
  expect(app.emitted).toHaveLength(1);
});

/** Gives a skeleton's empty fields plausible values, so that it passes the first door. */
function filled(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, name)]));
  }
  if (value !== '' && value !== '0000000000.000000') return value;
  if (key === 'type') return 'event_callback';
  return /ts$/.test(key) ? '1772357455.000200' : key === 'command' ? '/x' : 'X1';
}

const folder = samples ?? '';
describe.skipIf(samples === undefined)('the samples of the Java SDK', () => {
  const list = (samples === undefined ? [] : ['events', 'app-backend']).flatMap((kind) =>
    readdirSync(join(folder, kind), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({ kind, file })),
  );

  it('are all there', () => expect(list.length).toBeGreaterThanOrEqual(105));

  it.each(list)('$kind/$file', async ({ kind, file }) => {
    const skeleton = JSON.parse(readFileSync(join(folder, kind, file), 'utf8')) as Record<string, unknown>;
    for (const payload of [skeleton, filled(skeleton)]) {
      for (const name of ['support', 'all']) {
        const sent =
          kind === 'events'
            ? app.json(payload, name)
            : 'command' in skeleton
              ? app.form(payload as Record<string, string>, name)
              : app.form({ payload: JSON.stringify(payload) }, name);
        expect((await sent).status).toBe(200);
      }
    }
  });

  it('become valid events where they become events', () => {
    expect(app.emitted.length).toBeGreaterThan(50);
    for (const { event } of app.emitted)
      expect(readEvent(JSON.parse(JSON.stringify(event)))).toMatchObject({ ok: true });
  });
});

describe('fuzz', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 'x'.repeat(5000), -1, 1e300, [], {}, 'U1', '1.2'));

  it('whatever is signed, it is answered with 200', async () => {
    const mutated = fc.record({
      event: fc.dictionary(fc.constantFrom(...eventFields), junk),
      envelope: fc.dictionary(fc.constantFrom(...envelopeFields), junk),
    });
    await fc.assert(
      fc.asyncProperty(mutated, async ({ event, envelope }) => {
        const payload = messageOf(event, Object.keys(envelope).includes('event') ? {} : envelope);
        expect((await app.json(payload, 'all')).status).toBe(200);
      }),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.json(), fc.string()),
        fc.constantFrom('application/json', formType, 'text/plain'),
        async (text, type) => {
          expect((await app.send({ body: text, headers: signed(text, { type }) })).status).toBe(200);
        },
      ),
      { numRuns: 100 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom('type', 'user', 'actions', 'view', 'container', 'message', 'channel', 'team'),
          junk,
        ),
        async (part) => {
          const payload = { type: 'block_actions', user: { id: 'U1' }, actions: [{}], ...part };
          expect((await app.form({ payload: JSON.stringify(payload) })).status).toBe(200);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('bytes that are no text, neither', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const raw = Buffer.from(bytes);
        expect((await app.send({ body: raw, headers: signed(raw) })).status).toBe(200);
        expect((await app.send({ body: raw, headers: signed(raw, { type: formType }) })).status).toBe(200);
      }),
      { numRuns: 50 },
    );
  });

  it('every event of it is one that readers take', () => {
    for (const { event } of app.emitted)
      expect(readEvent(JSON.parse(JSON.stringify(event)))).toMatchObject({ ok: true });
  });
});
const eventFields = [
  'type',
  'subtype',
  'text',
  'user',
  'channel',
  'ts',
  'thread_ts',
  'client_msg_id',
  'files',
  'edited',
  'message',
  'previous_message',
  'item',
  'reaction',
  'deleted_ts',
  'bot_id',
  'user_profile',
];
const envelopeFields = [
  'type',
  'api_app_id',
  'team_id',
  'event_id',
  'authorizations',
  'event_time',
  'context_team_id',
  'enterprise_id',
];

it('keeps secrets and texts out of the log', async () => {
  await app.json(messageOf({ text: 'a-secret-text' }));
  await app.send({ body, headers: signed(body, { secret: 'wrong' }) });
  const log = JSON.stringify([app.logged, app.ledger, app.errors]);
  expect(log).not.toContain('a-secret-text');
  expect(log).not.toContain(docsSecret);
});

it.each([
  { type: 'application/json', text: JSON.stringify(messageOf({ text: 'grüße' })) },
  { type: formType, text: 'command=%2Fx&text=a+%26+b&user_id=U1' },
  { type: formType, text: new URLSearchParams({ payload: '{"type":"shortcut"}' }).toString() },
])('sees in a body what slack-edge sees: $type', async ({ type, text }) => {
  const theirs = await parseRequestBody(new Headers({ 'content-type': type }), text);
  expect(readBodyValue(Buffer.from(text), type)).toEqual({ ok: true, value: theirs });
});
