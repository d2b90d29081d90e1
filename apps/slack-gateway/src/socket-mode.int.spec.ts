import { startFakeSlack, waitFor, type FakeSlack, type FakeSlackOptions } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { socketModeInProcess, type InProcess } from './testing/in-process.ts';
import { runGateway } from './testing/running-gateway.ts';
import { ignoredCodes, storedEvents } from './testing/stored-events.ts';

const timing = { helloMs: 2_000, pingMs: 50, silentMs: 1_500, staggerMs: 20, fatalMs: 300, graceMs: 1_000 };
const fast: FakeSlackOptions = {
  ackTimeoutMs: 700,
  retryDelaysMs: [20, 50, 200, 500, 1_000],
  pingEveryMs: 100,
  disconnectAfterMs: 300,
};
const talk = { channel: 'C0GENERAL', user: 'U0ALICE' };

const connectorOf = (slack: FakeSlack, more = '') => `
[[slack_connectors]]
name = "support"
ingress_mode = "socket_mode"
app_token = "${slack.app.app_token}"
bot_token = "${slack.install.bot_token}"
api_base_url = "${slack.apiUrl}"
ingress_events_per_second = 1000
${more}`;

const up = (slack: FakeSlack, count = 2) =>
  waitFor(() => slack.sockets.list().filter(({ frozen, leaving }) => !frozen && !leaving).length === count, {
    what: `${count} connections`,
    timeoutMs: 20_000,
  });

const texts = async ({ bus }: Pick<InProcess, 'bus'>) =>
  (await storedEvents(bus)).map(({ data }) => data.content?.text);

describe('Socket Mode', () => {
  it('G9 churn: refreshed, refused, frozen and closed connections lose nothing, double nothing and end no process', async () => {
    await using slack = await startFakeSlack(fast);
    await using mode = await socketModeInProcess(connectorOf(slack), timing);
    await up(slack);
    const said: string[] = [];
    const settled: Promise<unknown>[] = [];
    const say = (text: string) => {
      said.push(text);
      settled.push(slack.say({ ...talk, text }).settled);
    };
    const burst = (name: string) => [1, 2, 3, 4, 5, 6].forEach((n) => say(`${name} ${n}`));
    const newest = () => slack.sockets.list().at(-1)!.id;

    burst('calm');
    const limited = slack.appRateLimited();
    slack.sockets.refresh(newest());
    burst('refresh');
    await up(slack);
    slack.sockets.refresh(newest(), 'too_many_websockets');
    burst('too many');
    await up(slack);
    slack.sockets.freeze(newest());
    burst('frozen');
    await waitFor(() => slack.sockets.list().every(({ frozen }) => !frozen), {
      what: 'the half-open one to be given up',
    });
    await up(slack);

    // Stored, but its connection goes before it can be said: Slack sends it again, and it is known.
    await mode.nats.pause();
    say('unheard');
    const carrier = await waitFor(
      () => slack.deliveries.at(-1)?.attempts[0] && slack.sockets.list().find(({ sent, acked }) => sent > acked),
      {
        what: 'the envelope to be on its way',
      },
    );
    slack.sockets.close(carrier.id);
    mode.nats.resume();
    await Promise.all(settled);

    expect(limited.state).toBe('delivered');
    expect(new Set(slack.deliveries.map(({ state }) => state))).toEqual(new Set(['delivered']));
    expect((await texts(mode)).sort()).toEqual(said.sort());
    expect(slack.deliveries.at(-1)?.attempts.length).toBeGreaterThan(1);
    expect(slack.sockets.opened()).toBeLessThan(20);
    expect(mode.logged.filter(({ message }) => message === 'envelope.failed')).toEqual([]);
  });

  it('opens the replacement before the old connection ends', async () => {
    await using slack = await startFakeSlack({ ...fast, disconnectAfterMs: 60_000 });
    await using _mode = await socketModeInProcess(connectorOf(slack), timing);
    await up(slack);
    const [first] = slack.sockets.list();
    slack.sockets.refresh(first!.id);
    await up(slack, 2);
    // Slack would have left it open; it is closed because its work is taken over.
    await waitFor(() => slack.sockets.list().every(({ id }) => id !== first!.id), { what: 'the old one to be closed' });
    expect(slack.sockets.opened()).toBe(3);
  });

  it('makes the same event of an envelope and of a request', async () => {
    await using slack = await startFakeSlack(fast);
    await using mode = await socketModeInProcess(
      connectorOf(slack, `signing_secret = "${slack.app.signing_secret}"`),
      timing,
    );
    await using gateway = await runGateway(
      connectorOf(slack, `signing_secret = "${slack.app.signing_secret}"`).replace('socket_mode', 'events_api'),
    );
    await up(slack);
    const { deliveries, settled } = slack.say({ ...talk, text: 'hi <@U0BOB>' });
    await settled;
    await slack.command({ ...talk, command: '/deploy', text: 'x' }).settled;
    const command = slack.deliveries.at(-1)!;
    slack.subscribe({ url: gateway.url() });
    for (const { payload } of deliveries) await slack.deliver({ payload }).settled;
    await slack.deliver({ kind: 'slash_commands', payload: command.payload }).settled;
    const plain = async (of: Pick<InProcess, 'bus'>) =>
      (await storedEvents(of.bus)).map(({ traceparent: _trace, time: _time, ...event }) => event);
    expect(await plain(mode)).toHaveLength(2);
    expect(await plain(gateway)).toEqual(await plain(mode));
  });

  it('tells of a token that Slack refuses, asks seldom, and works once it is replaced', async () => {
    await using slack = await startFakeSlack(fast);
    const right = connectorOf(slack);
    await using mode = await socketModeInProcess(right.replace(slack.app.app_token, 'xapp-wrong'), {
      ...timing,
      fatalMs: 60_000,
    });
    await waitFor(async () => JSON.stringify(await mode.state()).includes('invalid_auth'), {
      what: 'the problem to show',
    });
    expect(await mode.state()).toEqual({
      ready: true,
      connectors: { support: { connected: 0, problem: 'invalid_auth' } },
    });
    expect(slack.calls('apps.connections.open').length).toBeLessThanOrEqual(2);
    await mode.configure(right);
    await up(slack);
    await waitFor(async () => JSON.stringify(await mode.state()).includes('"connected":2'), {
      what: 'the state to follow',
    });
    await slack.say({ ...talk, text: 'hi' }).settled;
    expect(await texts(mode)).toEqual(['hi']);
  });

  it('calls a Slack that sends everybody away ever more seldom', async () => {
    await using slack = await startFakeSlack(fast);
    slack.faults.add({ method: 'apps.connections.open', fault: { do: 'server_error' }, times: Infinity });
    await using mode = await socketModeInProcess(connectorOf(slack), timing);
    await waitFor(() => slack.calls('apps.connections.open').length >= 4, { what: 'some attempts' });
    expect(slack.calls('apps.connections.open').length).toBeLessThan(8);
    slack.faults.clear();
    await up(slack);
    expect(await ignoredCodes(mode.bus)).toEqual([]);
  });

  it('does not acknowledge what the bus did not store', async () => {
    await using slack = await startFakeSlack(fast);
    await using mode = await socketModeInProcess(connectorOf(slack), timing);
    await up(slack);
    await mode.nats.stop();
    const { deliveries, settled } = slack.say({ ...talk, text: 'later' });
    await waitFor(() => (deliveries[0]?.attempts.length ?? 0) > 1, { what: 'a second attempt' });
    expect(deliveries[0]?.state).toBe('pending');
    await mode.nats.restart();
    await settled;
    expect(await texts(mode)).toEqual(['later']);
  });

  it('is served by one replica, and by the other one after a crash; a connector that is switched off is let go', async () => {
    await using slack = await startFakeSlack({
      ...fast,
      ackTimeoutMs: 3_000,
      retryDelaysMs: Array<number>(30).fill(1_000),
    });
    await using gateway = await runGateway(connectorOf(slack));
    await up(slack);
    await using _other = await gateway.replica();
    await slack.say({ ...talk, text: 'one' }).settled;
    expect(slack.sockets.list()).toHaveLength(2);
    await gateway.crash();
    const said = slack.say({ ...talk, text: 'two' });
    await up(slack);
    await said.settled;
    await gateway.start();
    expect((await texts(gateway)).sort()).toEqual(['one', 'two']);
    await gateway.configure(connectorOf(slack, 'enabled = false'));
    await up(slack, 0);
  }, 90_000);
});
