import { setImmediate as tick } from 'node:timers/promises';
import { createInbox, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { BusPermissionError, BusUnavailableError } from './errors.ts';
import { migrateStreams, requireStreams } from './migrate.ts';
import { createNames } from './names.ts';
import { renderNatsConfig } from './nats-config.ts';
import { permissionsOf } from './permissions.ts';
import { roleOf, rolesOf, userOf, type Role } from './roles.ts';
import { storeEvent } from './store-event.ts';

const names = createNames('tl');
const roles: Role[] = [
  ...rolesOf(['http', 'slack', 'telegram', 'external']),
  { process: 'consumer', group: 'agents' },
  { process: 'consumer', group: 'others' },
];
const gateways = ['http-gateway', 'slack-gateway', 'telegram-gateway', 'external-gateway'];
const services = [...gateways, 'session-router', 'control-plane', 'consumer-agents'];
const everybody = [...services, 'cli'];

let nats: NatsServer;
const buses = new Map<string, Bus>();
const logged: { user: string; message: string; fields: Record<string, unknown> }[] = [];

beforeAll(async () => {
  const users = roles.map((role) => ({
    ...{ user: userOf(role), password: 'secret "$of" it' },
    permissions: permissionsOf(role, names),
  }));
  nats = await startNats({ config: renderNatsConfig(users) });
  for (const { user, password } of users) {
    const log = {
      info: () => {},
      warn: () => {},
      error: (fields: object, message: string) => void logged.push({ user, message, fields: { ...fields } }),
    };
    buses.set(user, await openBus({ servers: nats.url, name: user, user, password, ackTimeoutMs: 2_000 }, log));
  }
  await migrateStreams({ nc: busOf('cli').connection, names });
});
afterAll(async () => {
  for (const bus of buses.values()) await bus.close();
  await nats?.[Symbol.asyncDispose]();
});

function busOf(user: string): Bus {
  const bus = buses.get(user);
  if (!bus) throw new Error(`There is no user ${user}.`);
  return bus;
}

/** What the server refuses while something is done. */
async function refusals(user: string, act: (nc: NatsConnection) => unknown): Promise<string[]> {
  const nc = busOf(user).connection;
  const found: string[] = [];
  const statuses = nc.status();
  const over = new AbortController();
  const listening = (async () => {
    for await (const status of statuses) {
      if (over.signal.aborted) return;
      if (status.type === 'error' && status.error instanceof PermissionViolationError) found.push(status.error.subject);
    }
  })();
  await act(nc);
  await nc.flush();
  await tick();
  over.abort();
  (statuses as AsyncIterable<unknown> & { stop?: () => void }).stop?.();
  await Promise.race([listening, tick()]);
  return found;
}

const publishing = (user: string, subject: string) => refusals(user, (nc) => nc.publish(subject, ''));
const listening = (user: string, subject: string) => refusals(user, (nc) => nc.subscribe(subject).unsubscribe());
const ofOthers = (own: string) =>
  gateways.map((name) => name.split('-')[0]!).filter((kind) => kind !== own.split('-')[0]);
const createConsumer = (stream: string, filter: string) => `$JS.API.CONSUMER.CREATE.${stream}.probe.${filter}`;

/** Everything that a gateway could try to see or say what belongs to another kind. */
const foreign = (kind: string) => [
  `tl.events.${kind}.team.c.e`,
  `tl.deliveries.${kind}.1.team.t`,
  `tl.ledger.attempts.${kind}.team`,
  `tl.relay.${kind}.instance`,
  `tl.receipts.${kind}.instance`,
  `tl.ask.${kind}`,
  `tl.ask.${kind}.instance`,
  `tl.status.${kind}.instance`,
  `$JS.API.DIRECT.GET.tl_EVENTS.tl.events.${kind}.team.c.e`,
  `$JS.API.DIRECT.GET.tl_DELIVERIES.tl.deliveries.${kind}.1.team.t`,
  createConsumer('tl_EVENTS', `tl.events.${kind}.>`),
  createConsumer('tl_DELIVERIES', `tl.deliveries.${kind}.>`),
  `$JS.API.DIRECT.GET.KV_tl_secrets.$KV.tl_secrets.connectors.${kind}.x`,
  createConsumer('KV_tl_secrets', `$KV.tl_secrets.connectors.${kind}.>`),
  `$KV.tl_secrets.connectors.${kind}.x`,
  `$KV.tl_secrets.used.connectors.${kind}.x`,
  `$JS.API.DIRECT.GET.KV_tl_connectors.$KV.tl_connectors.${kind}.team`,
  createConsumer('KV_tl_connectors', `$KV.tl_connectors.${kind}.*`),
  `$JS.API.DIRECT.GET.KV_tl_receipts.$KV.tl_receipts.${kind}.team.e`,
  `$KV.tl_receipts.twins.${kind}.team.e`,
  `$KV.tl_platform_leases.${kind}.name.bot`,
  `$KV.tl_worker_leases.deliveries-${kind}.lane.1`,
  `$KV.tl_cursors.deliveries-${kind}.1`,
  `$KV.tl_cursors.leased.${kind}.bot`,
  `$KV.tl_grants.${kind}.side`,
  `$KV.tl_state.${kind}.press.x`,
];

/** What no gateway may do, whatever its kind. */
const notForGateways = [
  ...['tl.turns.c.1.s', 'tl.skips.c.why', 'tl.outputs.1.s', 'tl.deliveries.slack.1.team.t', 'tl.live.s'],
  ...['connectors', 'sessions', 'bindings', 'tokens'].map((bucket) => `$KV.tl_${bucket}.slack.x`),
  ...['connectors.slack.x', 'shared.x'].map((key) => `$KV.tl_secrets.${key}`),
  `$KV.tl_receipts.slack.team.e`,
  '$JS.API.DIRECT.GET.KV_tl_tokens.$KV.tl_tokens.x',
  '$JS.API.DIRECT.GET.KV_tl_sessions.$KV.tl_sessions.x',
  createConsumer('KV_tl_progress', '$KV.tl_progress.>'),
  createConsumer('OBJ_tl_raw', '$O.tl_raw.C.x'),
  ...['EVENTS', 'DELIVERIES', 'TURNS', 'OUTPUTS', 'LEDGER'].map((stream) => `$JS.API.DIRECT.GET.tl_${stream}`),
  ...['tl.turns.>', 'tl.turns.c.1.s'].map((filter) => `$JS.API.DIRECT.GET.tl_TURNS.${filter}`),
  ...['TURNS', 'OUTPUTS', 'LEDGER'].map((stream) => createConsumer(`tl_${stream}`, 'tl.>')),
  '$JS.API.CONSUMER.MSG.NEXT.tl_EVENTS.router',
  '$JS.API.CONSUMER.DELETE.tl_EVENTS.router',
  '$JS.ACK.tl_EVENTS.router.1.1.1.1.0',
  // Wildcards match nothing but wildcards, and only a request without a filter may name one in its payload.
  '$JS.API.DIRECT.GET.KV_tl_secrets.$KV.tl_secrets.>',
  '$JS.API.DIRECT.GET.KV_tl_secrets.$KV.tl_secrets.*.*.*',
  '$JS.API.DIRECT.GET.KV_tl_secrets.$KV.tl_secrets.connectors.>',
  '$JS.API.DIRECT.GET.KV_tl_secrets',
  '$JS.API.DIRECT.GET.tl_EVENTS.tl.events.>',
  '$JS.API.CONSUMER.CREATE.KV_tl_secrets.probe',
  '$JS.API.CONSUMER.CREATE.KV_tl_secrets',
  '$JS.API.CONSUMER.DURABLE.CREATE.KV_tl_secrets.probe',
  '$JS.API.CONSUMER.CREATE.tl_DELIVERIES.probe',
];

/** What only the operator may do. */
const notForServices = [
  ...['tl_EVENTS', 'tl_TURNS', 'tl_DELIVERIES', 'KV_tl_secrets', 'KV_tl_connectors', 'OBJ_tl_assets'].flatMap(
    (stream) =>
      ['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.GET', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'].map(
        (verb) => `$JS.API.STREAM.${verb}.${stream}`,
      ),
  ),
  ...['$JS.API.STREAM.LIST', '$JS.API.STREAM.NAMES', '$JS.API.CONSUMER.NAMES.tl_EVENTS', '$JS.API.INFO'],
  ...['$JS.API.CONSUMER.LIST.tl_EVENTS', '$JS.API.CONSUMER.LIST.tl_DELIVERIES', '$JS.API.STREAM.PEER.REMOVE.tl_EVENTS'],
];

const notForConsumers = [
  ...[
    'tl.events.http.x.c.e',
    'tl.turns.c.1.s',
    'tl.deliveries.http.1.x.t',
    'tl.receipts.http.i',
    'tl.ask.http',
    'tl.status.http.i',
    'tl.ledger.audit.http.x',
  ],
  ...[
    'secrets',
    'connectors',
    'sessions',
    'bindings',
    'tokens',
    'grants',
    'receipts',
    'targets',
    'platform_leases',
  ].flatMap((bucket) => [
    `$KV.tl_${bucket}.a.b`,
    `$JS.API.DIRECT.GET.KV_tl_${bucket}.$KV.tl_${bucket}.a.b`,
    createConsumer(`KV_tl_${bucket}`, `$KV.tl_${bucket}.>`),
    `$JS.API.STREAM.INFO.KV_tl_${bucket}`,
  ]),
  ...['EVENTS', 'OUTPUTS', 'DELIVERIES', 'LEDGER'].flatMap((stream) => [
    createConsumer(`tl_${stream}`, 'tl.>'),
    `$JS.API.DIRECT.GET.tl_${stream}`,
  ]),
  ...[
    '$KV.tl_state.others.s.1',
    '$KV.tl_progress.turn.others.1',
    '$KV.tl_progress.delivery.x',
    '$JS.ACK.tl_TURNS.others.1.1.1.1.0',
  ],
  ...['$O.tl_assets.C.x', '$O.tl_raw.C.x', '$O.tl_raw.M.x'],
];

const notForRouters = [
  ...['tl.events.http.x.c.e', 'tl.outputs.1.s', 'tl.ledger.audit.http.x', 'tl.live.s'],
  ...['$KV.tl_secrets.a.b', '$KV.tl_connectors.http.x', '$KV.tl_tokens.x'],
  ...['secrets', 'tokens', 'grants'].flatMap((bucket) => [
    `$JS.API.DIRECT.GET.KV_tl_${bucket}.$KV.tl_${bucket}.a.b`,
    createConsumer(`KV_tl_${bucket}`, `$KV.tl_${bucket}.>`),
  ]),
  createConsumer('tl_DELIVERIES', 'tl.deliveries.>'),
  '$JS.API.DIRECT.GET.tl_DELIVERIES',
];

describe('publishing is refused', () => {
  it.each([
    ...gateways.flatMap((user) =>
      ofOthers(user).map((kind) => ({ user, what: `what is of ${kind}`, of: foreign(kind) })),
    ),
    ...gateways.map((user) => ({ user, what: 'what is of no gateway', of: notForGateways })),
    ...services.map((user) => ({ user, what: 'what is of the operator', of: notForServices })),
    { user: 'consumer-agents', what: 'what is of platforms, secrets or other groups', of: notForConsumers },
    { user: 'session-router', what: 'what routing does not need', of: notForRouters },
    ...everybody.map((user) => ({
      user,
      what: 'what is of the server or of another installation',
      of: [
        '$SYS.REQ.SERVER.PING',
        '$SYS.ACCOUNT.x',
        'tlx.events.a',
        '$JS.API.STREAM.INFO.tlx_EVENTS',
        '$KV.tlx_secrets.a',
        '_INBOX.x',
      ],
    })),
  ])('$user: $what', async ({ user, of }) => {
    expect(of.length).toBeGreaterThan(0);
    for (const subject of of) expect(await publishing(user, subject), subject).toEqual([subject]);
  });
});

describe('listening is refused', () => {
  const inboxes = everybody.map((user) => `_INBOX_${user}.>`);
  const stored = ['tl.events.>', 'tl.turns.>', 'tl.outputs.>', 'tl.deliveries.>', 'tl.ledger.>'];
  it.each(everybody.map((user) => ({ user })))('$user: inboxes of others, the server, all', async ({ user }) => {
    const others = inboxes.filter((inbox) => inbox !== `_INBOX_${user}.>`);
    for (const subject of [...others, '_INBOX.>', '_INBOX.x', '$SYS.>', '$JS.>', '$KV.>', '>', '*.>'])
      expect(await listening(user, subject), subject).toEqual([subject]);
  });

  it.each(services.map((user) => ({ user })))('$user: what is stored, as it comes', async ({ user }) => {
    for (const subject of [...stored, '$KV.tl_secrets.>', '$KV.tl_connectors.>', '$O.tl_raw.>'])
      expect(await listening(user, subject), subject).toEqual([subject]);
  });

  it.each(gateways.flatMap((user) => ofOthers(user).map((kind) => ({ user, kind }))))(
    '$user: receipts, questions and what replicas hand to each other of $kind',
    async ({ user, kind }) => {
      for (const subject of [
        `tl.receipts.${kind}.i`,
        `tl.relay.${kind}.i`,
        `tl.ask.${kind}`,
        `tl.status.${kind}.i`,
        'tl.receipts.>',
        'tl.relay.*.*',
      ])
        expect(await listening(user, subject), subject).toEqual([subject]);
    },
  );
});

describe('nothing hides behind what is allowed', () => {
  it('a consumer has the filter of its subject, whatever its request says', async () => {
    const bus = busOf('slack-gateway');
    const subject = createConsumer('KV_tl_secrets', '$KV.tl_secrets.shared.*');
    const create = async (config: object) => {
      const request = { stream_name: 'KV_tl_secrets', config: { name: 'probe', ack_policy: 'none', ...config } };
      return (await bus.connection.request(subject, JSON.stringify(request))).json<{ error?: { code: number } }>();
    };
    for (const config of [
      { filter_subject: '$KV.tl_secrets.>' },
      { filter_subjects: ['$KV.tl_secrets.>'] },
      { filter_subject: '$KV.tl_secrets.shared.*', filter_subjects: ['$KV.tl_secrets.connectors.telegram.*'] },
      {},
    ])
      expect(await create(config), JSON.stringify(config)).toMatchObject({ error: { code: 400 } });
    expect(await create({ filter_subject: '$KV.tl_secrets.shared.*' })).not.toHaveProperty('error');
  });

  it('a direct get answers for its subject alone', async () => {
    const cli = busOf('cli');
    await cli.bucket('secrets').put('connectors.slack.a', { of: 'slack' });
    await cli.bucket('secrets').put('connectors.telegram.a', { of: 'telegram' });
    const { connection } = busOf('slack-gateway');
    const get = async (key: string, payload = '') => {
      const message = await connection.request(`$JS.API.DIRECT.GET.KV_tl_secrets.$KV.tl_secrets.${key}`, payload);
      return message.string();
    };
    expect(await get('connectors.slack.a')).toContain('slack');
    expect(await get('connectors.slack.*')).toContain('slack');
    expect(await get('connectors.slack.a', '{"last_by_subj":"$KV.tl_secrets.connectors.telegram.a"}')).toBe('');
    expect(await get('connectors.slack.a', '{"seq":2}')).toBe('');
  });

  it('no write empties a bucket or a store', async () => {
    const cli = busOf('cli');
    await cli.bucket('secrets').put('connectors.telegram.kept', { kept: true });
    await cli.objects('assets').put('kept', { bytes: Buffer.from('kept') });
    const bus = busOf('slack-gateway');
    for (const subject of ['$KV.tl_secrets.used.shared.x', '$O.tl_assets.M.x', '$O.tl_assets.C.x', '$KV.tl_targets.x'])
      for (const scope of ['all', 'sub'])
        await expect(bus.append(subject, '{}', { headers: { 'Nats-Rollup': scope } })).rejects.toThrow(
          BusUnavailableError,
        );
    expect(await cli.bucket('secrets').get('connectors.telegram.kept')).toBeDefined();
    expect(await cli.objects('assets').get('kept')).toBeDefined();
  });

  it('a consumer cannot send what it reads to a stream of others', async () => {
    const cli = busOf('cli');
    const bus = busOf('slack-gateway');
    const { promise: delivered, resolve } = Promise.withResolvers<void>();
    const own = '_INBOX_slack-gateway.control';
    bus.connection.subscribe(own, { callback: () => resolve() });
    const forged = ['$KV.tl_connectors.slack.forged', 'tl.events.telegram.bot.c.forged', 'tl.turns.c.1.forged'];
    for (const [n, deliver_subject] of [...forged, own].entries()) {
      const config = { name: `forger${n}`, filter_subject: '$KV.tl_targets.*', deliver_subject, ack_policy: 'none' };
      const subject = `$JS.API.CONSUMER.CREATE.KV_tl_targets.forger${n}.$KV.tl_targets.*`;
      await bus.connection.request(subject, JSON.stringify({ stream_name: 'KV_tl_targets', config }));
    }
    await bus.bucket('targets').put('mine', { text: 'mine' });
    // The server sends only where a client listens, and nobody may listen there but to what is his own.
    await delivered;
    expect(await cli.bucket('connectors').get('slack.forged')).toBeUndefined();
    expect(await cli.read('EVENTS', { newestOf: 'tl.events.telegram.bot.c.forged' })).toBeUndefined();
    expect(await cli.read('TURNS', { newestOf: 'tl.turns.c.1.forged' })).toBeUndefined();
  });
});

describe('a service that is refused', () => {
  it('says which user may not do what, and what to do about it', async () => {
    const bus = busOf('slack-gateway');
    const place = { connector: { kind: 'telegram', name: 'bot' }, conversation: 'c', eventId: 'e' };
    const storing = storeEvent({ ...place, payload: '{}', fingerprint: 'f' }, bus);
    const started = performance.now();
    await expect(storing).rejects.toThrow(
      /The NATS user slack-gateway has no permission for publish of tl\.events\.telegram\.bot/,
    );
    await expect(storing).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
      cause: { code: 'BUS_PERMISSION' },
      fix: expect.stringContaining('trunkline bus permissions --role slack-gateway'),
    });
    expect(performance.now() - started, 'at once, not after a time-out').toBeLessThan(1_500);
    const line = logged.find(
      ({ user, message, fields }) =>
        user === 'slack-gateway' && message === 'bus.refused' && fields['subject'] === names.event(place),
    );
    expect(line?.fields).toMatchObject({ user: 'slack-gateway', operation: 'publish', fix: expect.any(String) });
  });

  it('is told by every way of reading', async () => {
    const bus = busOf('slack-gateway');
    const refused = { cause: { code: 'BUS_PERMISSION' } };
    await expect(bus.bucket('tokens').get('x')).rejects.toMatchObject(refused);
    await expect(bus.read('TURNS', { seq: 1 })).rejects.toMatchObject(refused);
    await expect(bus.follow('TURNS', names.allTurns, { from: 'new' })).rejects.toThrow(BusPermissionError);
    await expect(bus.bucket('secrets').watch('connectors.telegram.*', () => {})).rejects.toThrow(BusPermissionError);
    await expect(requireStreams({ nc: bus.connection, names })).rejects.toThrow(BusPermissionError);
    await expect(bus.repeat(() => Promise.reject(new Error('not ours')))).rejects.toThrow('not ours');
  });
});

describe('what each role needs to begin', () => {
  it.each(roles.map((role) => ({ user: userOf(role), role })))('$user finds its streams', async ({ user, role }) => {
    expect(roleOf(user)).toEqual(role);
    await requireStreams({ nc: busOf(user).connection, names, role });
    expect(createInbox(`_INBOX_${user}`).startsWith(`_INBOX_${user}.`)).toBe(true);
  });

  it('a gateway answers what the control plane asks, once, and nobody else', async () => {
    const bus = busOf('slack-gateway');
    const answering = bus.answer(names.ask('slack'), { queue: 'slack' }, () => Promise.resolve('heard'));
    await bus.flush();
    const asked = await busOf('control-plane').ask(names.ask('slack'), {}, { timeoutMs: 2_000 });
    answering.stop();
    expect(asked).toEqual({ outcome: 'answered', answer: 'heard' });
    expect(await publishing('slack-gateway', '_INBOX_control-plane.x')).toEqual(['_INBOX_control-plane.x']);
  });

  it('a gateway stores events of its kind, finds them again and waits for their receipts', async () => {
    const bus = busOf('slack-gateway');
    const event = {
      connector: { kind: 'slack', name: 'team' },
      conversation: 'c',
      eventId: 'e1',
      payload: '{}',
      fingerprint: 'f',
    };
    expect(await storeEvent(event, bus)).toMatchObject({ status: 'stored' });
    expect(await storeEvent(event, bus)).toMatchObject({ status: 'duplicate' });
    expect(await storeEvent({ ...event, conversation: 'd', fingerprint: 'g' }, bus)).toMatchObject({
      status: 'conflict',
    });
    expect(await listening('slack-gateway', names.receipts('slack', 'i'))).toEqual([]);
  });
});
