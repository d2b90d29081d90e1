import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTurn, type Turn } from '@trunkline/events';
import { freePort, startFakeDiscord, tempDir, waitFor, type FakeDiscord } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { everything } from './chaos/read-history.ts';
import { startInstallation, type Installation } from './installation.ts';
import { patient, textOf } from './platforms.ts';

const workspace = resolve(import.meta.dirname, '../../..');

/** The seed's example, but for its port and its folder, which is that of the file unless said; a Discord that is none comes behind. */
async function connectorsFile(discord: FakeDiscord, stateDir: string): Promise<string> {
  const example = await readFile(join(workspace, 'libs/config/fixtures/seed-example.toml'), 'utf8');
  expect(example).toContain('args = ["connectors/python/run_connector.py", "discord"]');
  const placed = example
    .replace('127.0.0.1:8787', `127.0.0.1:${await freePort()}`)
    .replace('command = "python3"', `command = "python3"\nworking_dir = "${workspace}"`);
  return `${placed}
DISCORD_API_BASE_URL = "${discord.apiUrl}"
DISCORD_STATE_DIR = "${stateDir}"

[external_connectors.child_process.credential_slots]
DISCORD_BOT_TOKEN = "connectors.external.discord-main.bot_token"
`;
}

/** The gateway that runs the sidecar, and the sidecar's process id; `undefined` while there is none. */
async function sidecarOf({ opsUrls }: Installation): Promise<{ gateway: string; pid: number } | undefined> {
  for (const [gateway, url] of opsUrls) {
    if (!gateway.startsWith('external-gateway')) continue;
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    const { checks } = ((await response?.json()) ?? {}) as {
      checks?: { sidecars?: { sidecars?: Record<string, { status: string; pid?: number }> } };
    };
    const found = checks?.sidecars?.sidecars?.['discord-main'];
    if (found?.status === 'ready' && found.pid !== undefined) return { gateway, pid: found.pid };
  }
  return undefined;
}

async function turnsOf({ bus }: Installation): Promise<Turn[]> {
  const found: Turn[] = [];
  for await (const message of everything('TURNS', bus)) {
    const read = readTurn(message.json());
    if (read.ok) found.push(read.value);
  }
  return found;
}

/** Says one thing after the other, in turn in each place; in channels the bot is mentioned, as the example requires. */
async function talk(discord: FakeDiscord, { places, from, to }: { places: string[]; from: number; to: number }) {
  for (let n = from; n < to; n++) {
    const channel = places[n % places.length] ?? '';
    discord.say({ channel, content: `m-${n}`, mention: places.indexOf(channel) < 2 });
    await sleep(30);
  }
}

it("the seed's Discord sidecar, killed -9 and its gateway too: each message is one turn and has one reply", async () => {
  await using discord = await startFakeDiscord();
  await using state = await tempDir();
  await using installation = await startInstallation({
    connectors: await connectorsFile(discord, state.path),
    secrets: {
      'connectors.external.discord-main.shared_token': 'shared-between-both',
      'connectors.external.discord-main.bot_token': discord.bot.token,
    },
    gateways: 0,
    externalGateways: 2,
    extra: [{ name: 'agent', main: join(import.meta.dirname, 'agent.ts') }],
  });
  const told = (cause: unknown) => {
    throw new Error(`${JSON.stringify(replies())}\n${installation.tails(30)}`, { cause });
  };
  const running = () =>
    waitFor(() => sidecarOf(installation), { what: 'the sidecar to be ready', ...patient }).catch(told);
  const places = [discord.general, discord.random, discord.openDirect().id];
  const replies = () => places.map((place) => discord.sent(place).map(({ content }) => content));
  const answered = async (count: number) => {
    const done = () => replies().flat().length >= count;
    await waitFor(done, { what: `${count} answers`, ...patient }).catch(told);
  };

  const first = await running();
  discord.say({ channel: discord.general, content: 'not for the bot' });
  await talk(discord, { places, from: 0, to: 9 });
  await answered(3);
  // Some of the answers are being posted at this moment.
  process.kill(first.pid, 'SIGKILL');
  await talk(discord, { places, from: 9, to: 30 });
  const second = await running();
  expect(second.pid).not.toBe(first.pid);
  await answered(12);
  await installation.process(second.gateway).kill();
  await talk(discord, { places, from: 30, to: 60 });
  await answered(60);
  const third = await running();
  expect(third.pid).not.toBe(second.pid);
  await talk(discord, { places, from: 60, to: 66 });
  await answered(66);
  // What would be said twice comes late.
  await sleep(2_000);

  const said = places.map((_, place) => Array.from({ length: 22 }, (_each, n) => `m-${n * 3 + place}`));
  expect(replies()).toEqual(said.map((texts) => texts.map((text) => `echo ${text}`)));
  const turns = await turnsOf(installation);
  const heard = places.map((place) => turns.filter(({ event }) => event.data.conversation.path.at(-1) === place));
  expect(heard.map((each) => each.map(textOf))).toEqual(said);
  expect(new Set(turns.map(({ event }) => event.data.session.natural_session_id)).size).toBe(places.length);
  expect(new Set(turns.map(({ event }) => event.data.platform))).toEqual(new Set(['discord']));
}, 180_000);
