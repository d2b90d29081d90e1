import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deliveryAnswerSchema,
  eventRequestSchema,
  healthSchema,
  type DeliveryPart,
  type EventRequest,
} from '@trunkline/sidecar-sdk';
import {
  startMockGateway,
  startSidecarProcess,
  type MockGateway,
  type StartedSidecar,
} from '@trunkline/sidecar-sdk/conformance';
import {
  freePort,
  startFakeDiscord,
  tempDir,
  waitFor,
  type FakeDiscord,
  type FakeDiscordOptions,
} from '@trunkline/testing';
import { z } from 'zod';
import { createDiscordSidecar } from '../discord-sidecar.ts';

const main = new URL('../main.ts', import.meta.url).pathname;
const marksSchema = z.object({ channels: z.record(z.string(), z.string()) });
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

export interface StageOptions {
  env?: Record<string, string>;
  discord?: FakeDiscordOptions;
  credentials?: Record<string, string>;
}

/** Something to deliver. */
export interface Said {
  id: string;
  route: string;
  content?: string;
  parts?: DeliveryPart[];
  attempt?: number;
  metadata?: unknown;
}

/** A fake Discord, a gateway in memory, and sidecars between them, one at a time. */
export interface Stage extends AsyncDisposable {
  discord: FakeDiscord;
  gateway: MockGateway;
  url: string;
  /** Starts a sidecar in this process; it drains at the end of the scope. */
  start(): Promise<AsyncDisposable>;
  /** Starts one as a process, and waits until it is ready. */
  spawn(): Promise<StartedSidecar>;
  /** The marks that the sidecar has written, by channel. */
  marks(): Promise<Record<string, string>>;
  /** What the gateway accepted, once each. */
  events(): EventRequest[];
  health(): Promise<{ status: string; detail?: string | undefined }>;
  deliver(said: Said): Promise<{ status: string; detail?: string | undefined }>;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const discord = stack.use(await startFakeDiscord(options.discord));
  const credentials = options.credentials ?? { DISCORD_BOT_TOKEN: discord.bot.token };
  const gateway = stack.use(await startMockGateway({ token: 'shared', connector: 'discord-main', credentials }));
  const dir = stack.use(await tempDir());
  const url = `http://127.0.0.1:${await freePort()}`;
  const own = { DISCORD_API_BASE_URL: discord.apiUrl, DISCORD_STATE_DIR: dir.path };
  const env = { ...gateway.environment(url), ...own, ...options.env };
  const headers = { authorization: 'Bearer shared', 'content-type': 'application/json' };
  const health = async () => healthSchema.parse(await (await fetch(`${url}/health`, { headers })).json());
  return {
    discord,
    gateway,
    url,
    async start() {
      const sidecar = createDiscordSidecar({ env, log: quiet });
      await sidecar.start();
      return { [Symbol.asyncDispose]: async () => void (await sidecar.drain()) };
    },
    async spawn() {
      const command = `exec ${process.execPath} ${main}`;
      const started = startSidecarProcess({ command, env: { PATH: process.env['PATH'], ...env } });
      await waitFor(async () => (await health()).status === 'ready', { what: 'the sidecar', timeoutMs: 20_000 });
      return started;
    },
    async marks() {
      const [file] = await readdir(dir.path);
      const { channels } = marksSchema.parse(JSON.parse(await readFile(join(dir.path, file ?? ''), 'utf8')));
      return channels;
    },
    events: () =>
      gateway.events
        .filter(({ answered }) => answered === 'accepted')
        .map(({ document }) => eventRequestSchema.parse(document)),
    health,
    async deliver({ id, route, content = '', attempt = 1, ...rest }) {
      const conversation = { session_id: 's', thread_id: null };
      const delivery = {
        protocol_version: 1,
        delivery_id: id,
        attempt,
        reply_route: route,
        metadata: {},
        conversation,
        content,
        ...rest,
      };
      const answer = await fetch(`${url}/deliver`, { method: 'POST', headers, body: JSON.stringify(delivery) });
      return deliveryAnswerSchema.parse(await answer.json());
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
