import { readFileSync } from 'node:fs';
import { openBus, requireStreams, type Bus } from '@trunkline/bus';
import { readDevRun } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';

/** How a command finds the bus: its flag or NATS_URL, else the `dev` that runs here, else the usual local address. */
export interface BusFlags {
  natsUrl?: string;
  natsUser?: string;
  /** File that holds the user's password, which never stands on a command line. */
  natsPasswordFile?: string;
  stateDir: string;
  prefix: string;
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Runs `work` on a bus whose streams are there. Exit code 3 when no server answers. */
export function withBus<T>(flags: BusFlags, work: (bus: Bus) => Promise<T>): Promise<T> {
  return withServer(flags, async (bus) => {
    await requireStreams({ nc: bus.connection, names: bus.names });
    return work(bus);
  });
}

const isDenied = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error && error.cause.name === 'AuthorizationError';

/** Runs `work` with a connection that is closed afterwards, whatever the server holds. */
export async function withServer<T>(flags: BusFlags, work: (bus: Bus) => Promise<T>): Promise<T> {
  const servers = flags.natsUrl ?? readDevRun(flags.stateDir)?.nats_url ?? 'nats://127.0.0.1:4222';
  const { natsUser: user, natsPasswordFile, prefix } = flags;
  const password = natsPasswordFile === undefined ? undefined : readPassword(natsPasswordFile);
  const bus = await openBus(
    { servers, user, password, name: 'trunkline cli', prefix, firstConnect: 'once' },
    quiet,
  ).catch((cause: unknown) => {
    if (isDenied(cause)) {
      throw new CommandFailed(`The NATS server at ${servers} does not know this user.`, {
        exit: 'auth',
        fix: 'Say who you are: --nats-user or NATS_USER, and NATS_PASSWORD_FILE.',
        cause,
      });
    }
    throw new CommandFailed(`No NATS server answers at ${servers}.`, {
      exit: 'unreachable',
      fix: 'Start one with `npm start`, or say where it is: --nats-url or NATS_URL. One that knows its users also needs NATS_USER and NATS_PASSWORD_FILE.',
      cause,
    });
  });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CommandFailed(`The password file ${file} cannot be read.`, {
      exit: 'auth',
      fix: 'Check --nats-password-file or NATS_PASSWORD_FILE.',
      cause,
    });
  }
}
