import { Client, Events, GatewayDispatchEvents, GatewayIntentBits, Routes, type ClientOptions } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { startFakeDiscord, type FakeDiscord } from './start-fake-discord.ts';

const usualIntents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

/** A discord.js client that is logged in, and what it heard. */
async function connect(discord: FakeDiscord, options: Partial<ClientOptions> = {}) {
  const client = new Client({ intents: usualIntents, ...options, rest: { api: discord.apiUrl, ...options.rest } });
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => void heard.push(content));
  client.on(Events.ShardError, () => {});
  client.on(Events.Error, () => {});
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.bot.token);
  await ready;
  return { client, heard, [Symbol.asyncDispose]: () => client.destroy() };
}

describe('discord.js on the gateway', () => {
  it('hears what people do, in channels, threads and directly', async () => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    expect(bot.client.user?.username).toBe('trunkline');
    discord.say({ content: 'one' });
    const thread = discord.openThread({ name: 'a thread' });
    discord.say({ channel: thread.id, content: 'two', mention: true });
    await waitFor(() => bot.heard.length === 2, { what: 'both' });
    expect(bot.heard).toEqual(['one', '<@900000000000000001> two']);
    const known = bot.client.channels.cache.get(thread.id);
    await waitFor(() => known?.isThread() && known.joined, { what: 'the bot to be in the thread' });
  });

  it.each([
    { because: 'the socket ends', end: (discord: FakeDiscord) => discord.gateway.drop() },
    { because: 'unknown error', end: (discord: FakeDiscord) => discord.gateway.drop(4000) },
    { because: 'session timed out', end: (discord: FakeDiscord) => discord.gateway.drop(4009) },
    { because: 'asked to reconnect (op 7)', end: (discord: FakeDiscord) => discord.gateway.askToReconnect() },
  ])('resumes with what it missed: $because', async ({ end }) => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    end(discord);
    await waitFor(() => discord.gateway.open === 0, { what: 'the connection to end' });
    discord.say({ content: 'missed' });
    await waitFor(() => bot.heard.length === 1, { what: 'the missed message', timeoutMs: 15_000 });
    const { hellos } = discord.gateway;
    expect(hellos.map(({ op }) => op)).toEqual(['identify', 'resume']);
    expect(hellos[1]?.onResumeUrl).toBe(true);
  });

  it('resumes on the same connection when its session is invalid but resumable (op 9)', async () => {
    await using discord = await startFakeDiscord();
    await using _bot = await connect(discord);
    discord.gateway.invalidate(true);
    await waitFor(() => discord.gateway.hellos.length === 2, { what: 'a resume', timeoutMs: 15_000 });
    expect(discord.gateway.hellos[1]).toMatchObject({ op: 'resume', onResumeUrl: false });
  });

  it('loses what came in between when its session is forgotten', async () => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    discord.gateway.forgetSessions();
    discord.gateway.drop(4000);
    discord.say({ content: 'lost' });
    await waitFor(() => discord.gateway.hellos.length === 3 && discord.gateway.ready === 1, {
      what: 'a new session',
      timeoutMs: 15_000,
    });
    discord.say({ content: 'heard' });
    await waitFor(() => bot.heard.length > 0, { what: 'the next message' });
    expect(bot.heard).toEqual(['heard']);
  });

  it('notices a half-open connection by its missing acknowledgements', async () => {
    await using discord = await startFakeDiscord({ heartbeatMs: 150 });
    await using bot = await connect(discord);
    discord.gateway.freeze();
    discord.say({ content: 'swallowed' });
    await waitFor(() => bot.heard.length === 1, { what: 'what was swallowed', timeoutMs: 15_000 });
    expect(discord.gateway.hellos.at(-1)?.op).toBe('resume');
  });

  it.each([
    { code: 4014, because: 'the privileged intent is not granted', messageContent: false, token: 'right' },
    { code: 4004, because: 'the token is wrong', messageContent: true, token: 'wrong' },
  ])('$code: $because, once', async ({ messageContent, token, code }) => {
    await using discord = await startFakeDiscord({ messageContent, token: 'right' });
    const client = new Client({ intents: usualIntents, rest: { api: discord.apiUrl } });
    const closed = new Promise<number>((resolve) => client.on(Events.ShardDisconnect, (event) => resolve(event.code)));
    client.on(Events.ShardError, () => {});
    const login = client.login(token);
    // A wrong token fails over REST before it comes to that.
    await expect(login).rejects.toThrow(code === 4004 ? /invalid token/i : 'Used disallowed intents');
    if (code === 4014) expect(await closed).toBe(4014);
    expect(discord.gateway.hellos.length).toBe(code === 4004 ? 0 : 1);
    await client.destroy();
  });

  it('sees no words without the privileged intent, but those that are for it', async () => {
    await using discord = await startFakeDiscord({ messageContent: false });
    await using bot = await connect(discord, { intents: usualIntents.slice(0, -1) });
    const direct = discord.openDirect();
    const seen: string[] = [];
    bot.client.ws.on(GatewayDispatchEvents.MessageCreate, ({ content }) => void seen.push(content));
    discord.say({ content: 'hidden' });
    discord.say({ content: 'named', mention: true });
    discord.say({ channel: direct.id, content: 'direct' });
    await waitFor(() => seen.length === 3, { what: 'all three' });
    expect(seen).toEqual(['', '<@900000000000000001> named', 'direct']);
  });
});

const post = { body: { content: 'hi', nonce: 'n1', enforce_nonce: true } };

describe('discord.js over REST', () => {
  it.each([
    { fault: { kind: 'reset_after_commit' as const } },
    { fault: { kind: 'server_error' as const, committed: true } },
    { fault: { kind: 'server_error' as const } },
    { fault: { kind: 'drop' as const } },
  ])('$fault.kind: one message all the same, by its nonce', async ({ fault }) => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord, { rest: { retries: 0 } });
    discord.faults.add({ route: 'POST /channels/:id/messages', fault });
    await expect(bot.client.rest.post(Routes.channelMessages(discord.general), post)).rejects.toThrow();
    await bot.client.rest.post(Routes.channelMessages(discord.general), post);
    expect(discord.sent()).toHaveLength(1);
  });

  it('posts twice without enforce_nonce', async () => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    const body = { content: 'hi', nonce: 'n1' };
    for (let i = 0; i < 2; i++) await bot.client.rest.post(Routes.channelMessages(discord.general), { body });
    expect(discord.sent()).toHaveLength(2);
  });

  it.each([
    { because: 'too long', body: { content: 'x'.repeat(2_001) }, code: 50035 },
    { because: 'as long as can be', body: { content: 'x'.repeat(2_000) }, code: undefined },
    { because: 'empty', body: { content: ' ' }, code: 50006 },
    { because: 'a nonce too long', body: { content: 'x', nonce: 'n'.repeat(26) }, code: 50035 },
    { because: 'an unknown reference', body: { content: 'x', message_reference: { message_id: '1' } }, code: 50035 },
    {
      because: 'an unknown reference that may be missing',
      body: { content: 'x', message_reference: { message_id: '1', fail_if_not_exists: false } },
      code: undefined,
    },
  ])('a message is refused by its form: $because', async ({ body, code }) => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    const posted = bot.client.rest.post(Routes.channelMessages(discord.general), { body });
    if (code === undefined) expect(await posted).toMatchObject({ content: body.content });
    else await expect(posted).rejects.toMatchObject({ code });
  });

  it('waits for a budget that is used up, and for a 429', async () => {
    await using discord = await startFakeDiscord({
      budgets: { 'POST /channels/:id/messages': { limit: 2, windowMs: 400 } },
    });
    await using bot = await connect(discord);
    discord.faults.add({ route: 'POST /channels/:id/messages', fault: { kind: 'rate_limited', retryAfter: 0.05 } });
    for (let i = 0; i < 3; i++) {
      await bot.client.rest.post(Routes.channelMessages(discord.general), { body: { content: `${i}` } });
    }
    const statuses = discord.calls('POST /channels/:id/messages').map(({ status }) => status);
    expect(statuses).toEqual([429, 200, 200, 200]);
  });

  it('pages through a channel next to a snowflake, newest first', async () => {
    await using discord = await startFakeDiscord();
    await using bot = await connect(discord);
    const [first] = Array.from({ length: 5 }, (_, i) => discord.say({ content: `${i}` }));
    const query = new URLSearchParams({ after: first?.id ?? '', limit: '3' });
    const page = await bot.client.rest.get(Routes.channelMessages(discord.general), { query });
    expect(page).toMatchObject([{ content: '3' }, { content: '2' }, { content: '1' }]);
  });

  it('shuts out who makes too many invalid calls', async () => {
    await using discord = await startFakeDiscord({ invalidLimit: 3 });
    const get = (headers: Record<string, string> = {}) => fetch(`${discord.apiUrl}/v10/users/@me`, { headers });
    const right = { authorization: `Bot ${discord.bot.token}` };
    for (let i = 0; i < 3; i++) expect((await get()).status).toBe(401);
    expect(await get(right)).toMatchObject({ status: 429 });
  });
});
