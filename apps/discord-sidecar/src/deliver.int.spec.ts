import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { startStage, type Stage, type StageOptions } from './testing/start-stage.ts';

const post = 'POST /channels/:id/messages';
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, i) => `${i} ${'word '.repeat(300)}`).join('\n\n');
const texts = (stage: Stage) => stage.discord.sent().map(({ content }) => content.slice(0, 2).trim());

describe('a delivery', () => {
  it('answers the message, wakes nobody, in pieces that are in order', async () => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    const { discord } = stage;
    const asked = discord.say({ content: 'a question', mention: true });
    const content = `${paragraphs(3)}\n\n@everyone <@200000000000000001>`;
    const answer = await stage.deliver({ id: 'd1', route: `${discord.general}/${asked.id}`, content });
    expect(answer).toEqual({ status: 'committed' });
    expect(texts(stage)).toEqual(['0', '1', '2']);
    expect(discord.sent().map(({ message_reference }) => message_reference?.message_id)).toEqual([
      asked.id,
      undefined,
      undefined,
    ]);
    expect(discord.sent().at(-1)).toMatchObject({ mention_everyone: false, mentions: [] });
  });

  it('reaches the channel although the message that it answers is gone', async () => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    const route = `${stage.discord.general}/300000000000000099`;
    expect(await stage.deliver({ id: 'd1', route, content: 'late' })).toEqual({ status: 'committed' });
    expect(stage.discord.sent()).toMatchObject([{ content: 'late' }]);
  });

  it.each([
    { fault: { kind: 'reset_after_commit' as const }, because: 'the answer was lost' },
    { fault: { kind: 'server_error' as const, committed: true }, because: 'a 502 after the commit' },
    { fault: { kind: 'drop' as const }, because: 'the call was lost' },
  ])('that comes again is one message a piece: $because', async ({ fault }) => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    const { discord } = stage;
    const said = { id: 'd1', route: discord.general, content: paragraphs(3) };
    // The first piece passes.
    discord.faults.add({ route: post, fault: { kind: 'delay', ms: 0 } });
    discord.faults.add({ route: post, fault });
    expect((await stage.deliver(said)).status).toBe('retryable_error');
    expect((await stage.deliver({ ...said, attempt: 2 })).status).toBe('committed');
    expect(texts(stage)).toEqual(['0', '1', '2']);
  });

  it('that comes again after Discord has forgotten its nonce is one message all the same', async () => {
    let nowMs = Date.now();
    await using stage = await startStage({ discord: { now: () => nowMs } });
    await using _sidecar = await stage.start();
    const { discord } = stage;
    const said = { id: 'd1', route: discord.general, content: 'once' };
    discord.faults.add({ route: post, fault: { kind: 'reset_after_commit' } });
    expect((await stage.deliver(said)).status).toBe('retryable_error');
    // Told behind the message on the same connection: once it is heard, so is the message.
    discord.say({ content: 'meanwhile', mention: true });
    await waitFor(() => stage.events().length === 1, { what: 'the gateway to have told of it' });
    nowMs += 600_000;
    expect((await stage.deliver({ ...said, attempt: 2 })).status).toBe('committed');
    expect(texts(stage)).toEqual(['on']);
  });

  it('goes on in another process after a kill -9, and no piece is said twice', async () => {
    await using stage = await startStage();
    const { discord } = stage;
    const first = await stage.spawn();
    const said = { id: 'd1', route: discord.general, content: paragraphs(4) };
    const cut = stage.deliver(said).catch(() => 'cut off');
    await waitFor(() => discord.sent().length >= 1, { what: 'the first piece' });
    first.kill('SIGKILL');
    await first.exited;
    await cut;
    await using _second = await stage.spawn();
    expect((await stage.deliver({ ...said, attempt: 2 })).status).toBe('committed');
    expect(texts(stage)).toEqual(['0', '1', '2', '3']);
  });

  it('carries files', async () => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    const { asset } = stage.gateway.offer('d1', { bytes: Buffer.from('the file') });
    const parts = [
      { type: 'text' as const, text: 'see' },
      { type: 'attachment' as const, attachment: asset },
    ];
    expect(await stage.deliver({ id: 'd1', route: stage.discord.general, parts })).toEqual({ status: 'committed' });
    const [message] = stage.discord.sent();
    expect(message).toMatchObject({ content: 'see', attachments: [{ filename: 'conformance.txt', size: 8 }] });
    expect(await (await fetch(message?.attachments[0]?.url ?? '')).text()).toBe('the file');
  });

  it.each([
    { because: 'the channel is none', route: '300000000000000077', status: 'terminal_error', detail: '10003' },
    { because: 'the route is not ours', route: 'elsewhere', status: 'terminal_error', detail: 'reply route' },
    { because: 'it may not write there', route: 'mute', status: 'terminal_error', detail: '50013' },
    { because: 'it may not see it', route: 'hidden', status: 'terminal_error', detail: '50001' },
    { because: 'Discord wants a long rest', route: 'limited', status: 'retryable_error', detail: 'Rate limit' },
    { because: 'Discord wants a short rest', route: 'briefly', status: 'committed', detail: undefined },
    { because: 'Discord is broken', route: 'broken', status: 'retryable_error', detail: 'HTTP 502' },
  ])('$status when $because', async ({ route, status, detail }) => {
    await using stage = await startStage();
    const { discord } = stage;
    const mute = discord.addChannel({ name: 'mute', may: { view: true, send: false } });
    const hidden = discord.addChannel({ name: 'hidden', may: { view: false, send: false } });
    await using _sidecar = await stage.start();
    if (route === 'limited') discord.faults.add({ route: post, fault: { kind: 'rate_limited', retryAfter: 60 } });
    if (route === 'briefly') discord.faults.add({ route: post, fault: { kind: 'rate_limited', retryAfter: 0.1 } });
    if (route === 'broken') discord.faults.add({ route: post, fault: { kind: 'server_error' } });
    const places: Record<string, string> = { mute: mute.id, hidden: hidden.id };
    const real = ['limited', 'briefly', 'broken'].includes(route) ? discord.general : (places[route] ?? route);
    const answer = await stage.deliver({ id: 'd1', route: real, content: 'hi' });
    expect(answer.status).toBe(status);
    if (detail !== undefined) expect(answer.detail).toContain(detail);
  });
});

describe('a configuration that Discord refuses', () => {
  it.each<{ because: string; options: StageOptions; detail: RegExp; hellos: number }>([
    {
      because: 'the privileged intent is not granted',
      options: { discord: { messageContent: false }, env: { DISCORD_REQUIRE_MENTION: 'false' } },
      detail: /Message Content Intent.*4014/,
      hellos: 1,
    },
    {
      because: 'the token is wrong',
      options: { credentials: { DISCORD_BOT_TOKEN: 'wrong' } },
      detail: /refused the token.*4004/,
      hellos: 0,
    },
    {
      because: 'there is no token',
      options: { credentials: {} },
      detail: /DISCORD_BOT_TOKEN.*credential_slots/,
      hellos: 0,
    },
    {
      because: 'a setting is wrong',
      options: { env: { DISCORD_REQUIRE_MENTION: 'sometimes' } },
      detail: /Wrong settings: DISCORD_REQUIRE_MENTION/,
      hellos: 0,
    },
  ])('is seen in the health, and not tried again: $because', async ({ options, detail, hellos }) => {
    await using stage = await startStage(options);
    await using _sidecar = await stage.start();
    expect(await stage.health()).toMatchObject({ status: 'degraded', detail: expect.stringMatching(detail) });
    const said = { id: 'd1', route: stage.discord.general, content: 'hi' };
    if (hellos === 0) expect((await stage.deliver(said)).status).toBe('retryable_error');
    expect(stage.discord.gateway.hellos).toHaveLength(hellos);
  });

  it('does not keep it from speaking where only hearing is refused', async () => {
    await using stage = await startStage({
      discord: { messageContent: false },
      env: { DISCORD_REQUIRE_MENTION: 'false' },
    });
    await using _sidecar = await stage.start();
    expect((await stage.health()).status).toBe('degraded');
    const said = { id: 'd1', route: stage.discord.general, content: 'hi' };
    expect(await stage.deliver(said)).toEqual({ status: 'committed' });
  });

  it.each([4004, 4010, 4011, 4012, 4013, 4014])('while it runs, by close code %i: no more identifies', async (code) => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    const { gateway } = stage.discord;
    gateway.refuseWith(code);
    gateway.drop(4000);
    await waitFor(async () => (await stage.health()).detail?.includes(`(${code})`), {
      what: 'the fault',
      timeoutMs: 15_000,
    });
    expect(gateway.hellos.map(({ op }) => op)).toEqual(['identify', 'resume']);
  });

  it('a token that is reset while it runs stops deliveries, before they count as invalid calls', async () => {
    await using stage = await startStage();
    await using _sidecar = await stage.start();
    stage.discord.bot.token = 'another';
    for (let i = 0; i < 3; i++) {
      const said = { id: `d${i}`, route: stage.discord.general, content: 'hi' };
      expect(await stage.deliver(said)).toMatchObject({
        status: 'retryable_error',
        detail: expect.stringContaining('token'),
      });
    }
    expect(stage.discord.invalidRequests).toBe(1);
    expect((await stage.health()).status).toBe('degraded');
  });
});
