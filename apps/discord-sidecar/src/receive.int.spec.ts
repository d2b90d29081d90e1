import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { startStage, type Stage } from './testing/start-stage.ts';

const hear = (stage: Stage, count: number) =>
  waitFor(() => (stage.events().length >= count ? stage.events() : undefined), {
    what: `${count} events`,
    timeoutMs: 20_000,
  });
const ids = (stage: Stage) => stage.events().map(({ event_id }) => event_id);
const all = { env: { DISCORD_REQUIRE_MENTION: 'false' } };

describe('what people do on Discord', () => {
  it('becomes events: said, answered, edited, reacted to, pressed, deleted', async () => {
    await using stage = await startStage(all);
    await using _sidecar = await stage.start();
    const { discord } = stage;
    const said = discord.say({ content: 'hello' });
    const answer = discord.say({ content: 'and you?', replyTo: said.id, user: '200000000000000002' });
    discord.edit(said, 'hello all');
    discord.unfurl(answer);
    discord.react(said, '👍');
    const press = discord.pressButton(said, 'yes');
    discord.remove(answer);
    const events = await hear(stage, 6);
    expect(events.map(({ source_kind, relation }) => [source_kind, relation?.target_event_id])).toEqual([
      ['message.created', undefined],
      ['message.created', `discord:${said.id}`],
      ['message.edited', `discord:${said.id}`],
      ['reaction.added', `discord:${said.id}`],
      ['interaction.received', `discord:${said.id}`],
      ['message.deleted', `discord:${answer.id}`],
    ]);
    await waitFor(() => press.answered === 6, { what: 'the press to be acknowledged' });
  });

  it('of bots, webhooks and the bot itself is not told', async () => {
    await using stage = await startStage(all);
    await using _sidecar = await stage.start();
    const { discord } = stage;
    discord.say({ webhook: true, mention: true, content: 'from a webhook' });
    discord.say({ type: 7, content: '' });
    await stage.deliver({ id: 'd1', route: discord.general, content: 'from the bot' });
    const last = discord.say({ content: 'from alice' });
    await hear(stage, 1);
    expect(ids(stage)).toEqual([`discord:${last.id}`]);
  });

  it('brings its files: small ones inline, large ones uploaded', async () => {
    await using stage = await startStage(all);
    await using _sidecar = await stage.start();
    const small = { name: 'a.txt', type: 'text/plain', bytes: Buffer.from('small') };
    const large = { name: 'b.bin', type: 'application/octet-stream', bytes: Buffer.alloc(1_500_000, 7) };
    stage.discord.say({ content: '', files: [small, large] });
    const [event] = await hear(stage, 1);
    expect(event?.attachments).toMatchObject([
      { type: 'inline_asset', file_name: 'a.txt', content_base64: small.bytes.toString('base64') },
      { type: 'asset_reference' },
    ]);
    expect(stage.gateway.uploads.map(({ fileName, bytes }) => [fileName, bytes.length])).toEqual([
      ['b.bin', 1_500_000],
    ]);
  });

  it('in channels has to mention the bot where that is required; in its threads not', async () => {
    await using stage = await startStage({ discord: { messageContent: false } });
    await using _sidecar = await stage.start();
    const { discord } = stage;
    discord.say({ content: 'not for it' });
    const mention = discord.say({ content: 'for it', mention: true });
    const direct = discord.openDirect();
    const whispered = discord.say({ channel: direct.id, content: 'directly' });
    const thread = discord.openThread({ name: 'a thread' });
    const asked = discord.say({ channel: thread.id, content: 'come here', mention: true });
    await hear(stage, 3);
    expect(ids(stage).toSorted()).toEqual([mention, whispered, asked].map(({ id }) => `discord:${id}`).toSorted());
    expect(stage.events().map(({ thread: { path } }) => path)).toContainEqual([
      discord.guildId,
      discord.general,
      thread.id,
    ]);
    // Without the privileged intent there is nothing else to hear, and it was not asked for.
    expect(discord.gateway.hellos).toMatchObject([
      { op: 'identify', intents: expect.not.toSatisfy((bits: number) => (bits & (1 << 15)) !== 0) },
    ]);
  });

  it('outside of what is allowed is not told', async () => {
    await using stage = await startStage({
      env: { ...all.env, DISCORD_ALLOWED_CHANNEL_IDS: '300000000000000002', DISCORD_DIRECT_MESSAGES: 'false' },
    });
    await using _sidecar = await stage.start();
    const { discord } = stage;
    discord.say({ content: 'general' });
    discord.say({ channel: discord.openDirect().id, content: 'directly' });
    const said = discord.say({ channel: discord.random, content: 'random' });
    await hear(stage, 1);
    expect(ids(stage)).toEqual([`discord:${said.id}`]);
  });
});

describe('what is missed', () => {
  it.each([
    { because: 'a short interruption is resumed', end: (stage: Stage) => stage.discord.gateway.drop() },
    {
      because: 'a lost session is read again',
      end: ({ discord: { gateway } }: Stage) => {
        gateway.forgetSessions();
        gateway.drop(4000);
      },
    },
  ])('comes all the same, once: $because', async ({ end }) => {
    await using stage = await startStage(all);
    await using _sidecar = await stage.start();
    const { discord } = stage;
    const said = [discord.say({ content: 'before' })];
    await hear(stage, 1);
    end(stage);
    await waitFor(() => discord.gateway.open === 0, { what: 'the interruption' });
    said.push(discord.say({ content: 'one' }), discord.say({ content: 'two' }));
    await hear(stage, 3);
    said.push(discord.say({ content: 'after' }));
    await hear(stage, 4);
    expect(ids(stage)).toEqual(said.map(({ id }) => `discord:${id}`));
  });

  it('while the sidecar was dead (kill -9) is read from the history, in channels, threads and directly', async () => {
    await using stage = await startStage(all);
    const { discord, gateway } = stage;
    const thread = discord.openThread({ name: 'a thread' });
    const direct = discord.openDirect();
    const first = await stage.spawn();
    const places = [discord.general, thread.id, direct.id];
    const told = places.map((channel) => discord.say({ channel, content: 'before' }));
    await hear(stage, 3);
    // The mark of the direct channel is written within half a second.
    await waitFor(() => stage.marks().then((channels) => Object.keys(channels).length === 3), { what: 'the marks' });
    // What is under way when it dies has been heard by nobody but it.
    gateway.faults.push({ status: 503 }, { status: 503 }, { status: 503 });
    told.push(discord.say({ content: 'under way' }));
    first.kill('SIGKILL');
    await first.exited;
    for (const channel of places) for (let i = 0; i < 120; i++) told.push(discord.say({ channel, content: `${i}` }));
    gateway.faults.length = 0;
    await using _second = await stage.spawn();
    await hear(stage, told.length);
    expect(ids(stage).toSorted()).toEqual(told.map(({ id }) => `discord:${id}`).toSorted());
    const inGeneral = stage.events().filter(({ thread: { path } }) => path.at(-1) === discord.general);
    const order = inGeneral.map(({ event_id }) => BigInt(event_id.slice('discord:'.length)));
    expect(order).toEqual(order.toSorted((a, b) => Number(a - b)));
  });

  it('in a direct channel that was new just before (kill -9) is read from its history', async () => {
    await using stage = await startStage(all);
    const { discord, gateway } = stage;
    const direct = discord.openDirect();
    const first = await stage.spawn();
    gateway.faults.push({ status: 503 }, { status: 503 }, { status: 503 });
    const told = [discord.say({ channel: direct.id, content: 'never heard of' })];
    await waitFor(() => gateway.events.length > 0, { what: 'the first try' });
    first.kill('SIGKILL');
    await first.exited;
    told.push(discord.say({ channel: direct.id, content: 'nobody there' }));
    gateway.faults.length = 0;
    await using _second = await stage.spawn();
    await hear(stage, told.length);
    expect(ids(stage)).toEqual(told.map(({ id }) => `discord:${id}`));
  });

  it('because too much came while the gateway was away is read from the history', async () => {
    await using stage = await startStage(all);
    await using _sidecar = await stage.start();
    stage.gateway.faults.push(...Array.from({ length: 2 }, () => 'disconnect' as const));
    const said = Array.from({ length: 300 }, (_, i) => stage.discord.say({ content: `${i}` }));
    await hear(stage, said.length);
    expect(ids(stage)).toEqual(said.map(({ id }) => `discord:${id}`));
    expect(stage.discord.calls('GET /channels/:id/messages').length).toBeGreaterThan(0);
  });

  it('is read without the file of marks as well, in channels', async () => {
    await using stage = await startStage(all);
    const missed = stage.discord.say({ content: 'before it ever ran' });
    await using _sidecar = await stage.start();
    await hear(stage, 1);
    expect(ids(stage)).toEqual([`discord:${missed.id}`]);
  });
});
