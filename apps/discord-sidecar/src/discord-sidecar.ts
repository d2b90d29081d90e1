import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSidecar, SidecarError, type Sidecar, type SidecarLog } from '@trunkline/sidecar-sdk';
import { fatalClose } from './close-codes.ts';
import { connectionStatus } from './connection-status.ts';
import { createDeliver } from './deliver.ts';
import { createDiscordApi, type DiscordApi } from './discord-api.ts';
import { createConnection, type DiscordConnection } from './discord-connection.ts';
import { fileHighWater } from './high-water.ts';
import { createIntake, type Intake } from './intake.ts';
import { createPlaceFinder } from './find-place.ts';
import { recentIds } from './recent-ids.ts';
import { readHistory, startingPoints } from './read-history.ts';
import { readSettings, type Environment, type Settings } from './settings.ts';

const tokenName = 'DISCORD_BOT_TOKEN';
/** The supervisor waits 20 s for a child; a Discord that is away is no reason to kill it. */
const connectWithinMs = 10_000;
const maxQueued = 10_000;
/** Short: a channel sends one event at a time. */
const batchWithinMs = 5;

export interface DiscordSidecarOptions {
  env: Environment;
  log?: SidecarLog;
}

/** What the parts have when Discord is being connected. */
interface Running {
  api: DiscordApi;
  connection: DiscordConnection;
  intake: Intake;
  leave(): Promise<void>;
}

/** The bundled sidecar for Discord. A fault in its configuration does not end it: it is degraded, and says what to do. */
export function createDiscordSidecar({ env, log }: DiscordSidecarOptions): Sidecar {
  const status = connectionStatus();
  const read = readSettings(env);
  const posted = recentIds(10_000);
  let running: Running | undefined;

  const deliver = createDeliver({
    api: () => running?.api,
    state: () => status.current,
    sidecar: () => sidecar,
    isPosted: posted.has,
    tokenRefused: () => misconfigured(fatalClose(4004) ?? ''),
  });
  const misconfigured = (detail: string) => status.set({ state: 'misconfigured', detail, canSend: false });

  async function connect(): Promise<void> {
    if (!read.ok) return misconfigured(`Wrong settings: ${read.fault}`);
    const token = await readToken(sidecar);
    if ('fault' in token) return misconfigured(token.fault);
    running = assemble({ sidecar, settings: read.settings, token: token.value, status, posted });
    void running.connection.run().catch((error: unknown) => sidecar.log.error('connecting failed', { error }));
    await Promise.race([status.settled, sleep(connectWithinMs, undefined, { ref: false })]);
  }

  const sidecar = createSidecar({
    platform: 'discord',
    capabilities: { attachments_in: true, attachments_out: true, threads: true },
    deliver,
    connect,
    disconnect: async () => running?.leave(),
    health: () => status.health(),
    env,
    submit: { maxQueued, batchWithinMs },
    ...(log && { log }),
  });
  return sidecar;
}

/** A token that cannot be leased now is waited for; one that is not granted never comes. */
async function readToken(sidecar: Sidecar): Promise<{ value: string } | { fault: string }> {
  for (;;) {
    try {
      return { value: await sidecar.credential(tokenName) };
    } catch (error) {
      if (!(error instanceof SidecarError)) throw error;
      if (error.code !== 'CREDENTIAL_UNAVAILABLE') {
        return { fault: `No token: add ${tokenName} to credential_slots of the connector. ${error.message}` };
      }
      sidecar.log.warn('token not leased', { error });
    }
  }
}

interface Parts {
  sidecar: Sidecar;
  settings: Settings;
  token: string;
  status: ReturnType<typeof connectionStatus>;
  /** Nonces of messages that the bot has posted. */
  posted: ReturnType<typeof recentIds>;
}

function assemble({ sidecar, settings, token, status, posted }: Parts): Running {
  const { log } = sidecar;
  const api = createDiscordApi({ apiUrl: settings.apiUrl, token });
  const marks = fileHighWater(stateFile(settings, sidecar.connector, token), (error) =>
    log.warn('state file not usable', { error }),
  );
  const intake = createIntake({
    sidecar,
    marks,
    settings,
    connection: () => {
      const { botId, names } = connection;
      return botId === undefined ? undefined : { botId, names };
    },
    placeOf: createPlaceFinder({ api, known: (channelId) => connection.place(channelId), log }),
    history: (channelId, after) => readHistory(channelId, after, { api, log }),
  });
  const connection: DiscordConnection = createConnection({
    settings,
    token,
    api,
    status,
    log,
    random: Math.random,
    onHappening: (happening) => {
      // At once: a press that waits longer than 3 s looks failed to who pressed.
      if (happening.kind === 'press') acknowledge(happening.press, { api, log });
      if (happening.kind === 'message' && happening.message.author.id === connection.botId) {
        posted.add(String(happening.message.nonce ?? ''));
      }
      intake.take(happening);
    },
    onGap: intake.gap,
    onWhole: () => intake.catchUp(startingPoints(connection.openChannels(), { marks, settings, now: Date.now() })),
  });
  const leave = async () => {
    await connection.stop();
    await intake.idle();
    marks.save();
  };
  return { api, connection, intake, leave };
}

function acknowledge(press: { id: string; token: string }, { api, log }: { api: DiscordApi; log: SidecarLog }): void {
  api.acknowledge(press).catch((error: unknown) => log.warn('press not acknowledged', { error }));
}

/** One file for each connector and bot, in the folder for temporary files unless said. A token begins with the id of its bot. */
function stateFile({ stateDir }: Settings, connector: string, token: string): string {
  const name = createHash('sha256')
    .update(`${connector}\n${token.split('.')[0]}`)
    .digest('hex')
    .slice(0, 16);
  return join(stateDir ?? tmpdir(), `trunkline-discord-${name}.json`);
}
