import { once } from 'node:events';
import { SocketModeReceiver } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../wait-for.ts';
import type { FakeSlack } from './fake-slack.ts';
import { isJson, type Json } from './json.ts';
import { startFakeSlack } from './start-fake-slack.ts';
import { silentLogger } from './testing/silent-logger.ts';

const said = { channel: 'C0GENERAL', user: 'U0ALICE', text: 'hello' };

describe('Socket Mode', () => {
  it('greets, and gives each envelope to one connection, in turn', async () => {
    await using slack = await startFakeSlack();
    await using one = await connect(slack);
    await using two = await connect(slack);
    expect(two.frames[0]).toMatchObject({ type: 'hello', num_connections: 2, connection_info: { app_id: 'A0FAKE' } });
    const sent = [slack.say(said), slack.say(said), slack.say(said), slack.say(said)];
    await Promise.all(sent.map(({ settled }) => settled));
    expect([one.envelopes().length, two.envelopes().length]).toEqual([2, 2]);
    expect(slack.sockets.list().map(({ acked }) => acked)).toEqual([2, 2]);
    expect(one.envelopes()[0]).toMatchObject({ type: 'events_api', accepts_response_payload: false, retry_attempt: 0 });
  });

  it('sends again, to any connection, what was not acknowledged in time', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 50, retryDelaysMs: [0, 0, 0] });
    await using _deaf = await connect(slack, () => undefined);
    await using two = await connect(slack);
    const [delivery] = await slack.say(said).settled;
    expect(delivery?.attempts).toMatchObject([
      { socket: 0, failed: 'http_timeout' },
      { socket: 1, retryNum: 1 },
    ]);
    expect(two.envelopes()[0]).toMatchObject({ retry_attempt: 1, retry_reason: 'http_timeout' });
  });

  it('takes an acknowledgement only on the connection of its envelope', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 100, retryDelaysMs: [] });
    await using one = await connect(slack, () => undefined);
    await using two = await connect(slack, () => undefined);
    const { settled } = slack.say(said);
    const envelope = await waitFor(() => one.envelopes()[0], { what: 'the envelope' });
    two.socket.send(JSON.stringify({ envelope_id: envelope['envelope_id'], payload: {} }));
    expect(await settled).toMatchObject([{ state: 'failed' }]);
  });

  it('keeps the payload of an acknowledgement, and does not repeat commands', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 50 });
    let answering = true;
    await using one = await connect(slack, () => (answering ? { text: 'at once' } : undefined));
    const command = { channel: 'C0GENERAL', user: 'U0ALICE', command: '/ask' };
    expect(await slack.command(command).settled).toMatchObject({ attempts: [{ body: '{"text":"at once"}' }] });
    answering = false;
    expect(await slack.command(command).settled).toMatchObject({ state: 'failed', attempts: [{}] });
    expect(one.envelopes().map(({ accepts_response_payload }) => accepts_response_payload)).toEqual([true, true]);
  });

  it('gives nothing more to a connection that it asked to go, but hears its acknowledgements', async () => {
    await using slack = await startFakeSlack({ disconnectAfterMs: 50 });
    let acknowledge = () => {};
    await using one = await connect(slack, (reply) => {
      acknowledge = () => reply({});
      return undefined;
    });
    const before = slack.say(said);
    await waitFor(() => one.envelopes().length === 1, { what: 'the first envelope' });
    slack.sockets.refresh(0);
    await waitFor(() => one.frames.at(-1)?.['reason'] === 'refresh_requested', { what: 'the frame' });
    acknowledge();
    expect(await before.settled).toMatchObject([{ state: 'delivered' }]);
    await using two = await connect(slack);
    await slack.say(said).settled;
    expect([one.envelopes().length, two.envelopes().length]).toEqual([1, 1]);
    await waitFor(() => slack.sockets.list().length === 1, { what: 'the end of the first connection' });
  });

  it('refuses an eleventh connection, and a ticket that was used', async () => {
    await using slack = await startFakeSlack();
    await using stack = new AsyncDisposableStack();
    for (let count = 0; count < 10; count++) stack.use(await connect(slack));
    const eleventh = stack.use(await connect(slack));
    expect(eleventh.frames[0]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    await waitFor(() => slack.sockets.list().length === 10, { what: 'its end' });
    const again = new WebSocket(eleventh.url);
    const [error] = (await once(again, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('can go silent: no pongs, nothing heard', async () => {
    await using slack = await startFakeSlack({ ackTimeoutMs: 50, retryDelaysMs: [] });
    await using one = await connect(slack);
    const pongs: string[] = [];
    one.socket.on('pong', (data) => pongs.push(data.toString()));
    one.socket.ping('a');
    await waitFor(() => pongs.length === 1, { what: 'a pong' });
    slack.sockets.freeze(0);
    one.socket.ping('b');
    expect(await slack.say(said).settled).toMatchObject([{ state: 'failed', attempts: [{ socket: 0 }] }]);
    expect([pongs, one.envelopes().length, slack.sockets.list().length]).toEqual([['a'], 0, 1]);
  });

  it('ends all connections of an app whose Socket Mode is switched off, and closes one without a word', async () => {
    await using slack = await startFakeSlack();
    await using one = await connect(slack);
    await using two = await connect(slack);
    slack.sockets.close(0);
    await waitFor(() => slack.sockets.list().length === 1, { what: 'one connection' });
    slack.sockets.disable('A0FAKE');
    await waitFor(() => slack.sockets.list().length === 0, { what: 'no connection' });
    expect(one.frames.map(({ type }) => type)).toEqual(['hello']);
    expect(two.frames.at(-1)).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
    expect(await slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', command: 'x' }).settled).toMatchObject({
      attempts: [{ failed: 'connection_failed' }],
    });
  });

  it('is what the SocketModeClient of the SDK reconnects to', async () => {
    await using slack = await startFakeSlack({ disconnectAfterMs: 10, pingEveryMs: 50 });
    const { client } = new SocketModeReceiver({
      appToken: slack.app.app_token,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
      // The wait before it reconnects, and for a pong.
      clientPingTimeout: 200,
      logger: silentLogger,
    });
    const heard: unknown[] = [];
    client.on('slack_event', ({ ack, body }: { ack(): Promise<void>; body: { event: { text: string } } }) => {
      heard.push(body.event.text);
      void ack();
    });
    await client.start();
    await slack.say({ ...said, text: 'one' }).settled;
    slack.sockets.refresh(0);
    await waitFor(() => slack.sockets.opened() === 2, { what: 'another connection' });
    await waitFor(() => slack.sockets.list().some(({ leaving }) => !leaving), { what: 'a connection that stays' });
    await slack.say({ ...said, text: 'two' }).settled;
    expect(heard).toEqual(['one', 'two']);
    await client.disconnect();
  });
});

type Reply = (payload: Json) => void;

/** A connection that acknowledges with what `answer` returns, or not at all. */
async function connect(slack: FakeSlack, answer: (reply: Reply) => Json | undefined = () => ({})) {
  const headers = { authorization: `Bearer ${slack.app.app_token}` };
  const opened = await fetch(`${slack.apiUrl}/apps.connections.open`, { method: 'POST', headers });
  const { url } = (await opened.json()) as { url: string };
  const socket = new WebSocket(url);
  const frames: Json[] = [];
  socket.on('message', (data: Buffer) => {
    const frame: unknown = JSON.parse(data.toString());
    if (!isJson(frame)) return;
    frames.push(frame);
    if (frame['envelope_id'] === undefined) return;
    const reply: Reply = (payload) => socket.send(JSON.stringify({ envelope_id: frame['envelope_id'], payload }));
    const payload = answer(reply);
    if (payload) reply(payload);
  });
  await waitFor(() => frames.length > 0, { what: 'the first frame' });
  return {
    url,
    socket,
    frames,
    envelopes: () => frames.filter((frame) => frame['envelope_id'] !== undefined),
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.terminate();
      await once(socket, 'close');
    },
  };
}
