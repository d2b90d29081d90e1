import { openBus, requireStreams, type Bus } from '@trunkline/bus';
import { readDevRun } from './dev-state.ts';
import { CommandFailed } from './exit-codes.ts';

/** How a command finds the bus: its flag or NATS_URL, else the `dev` that runs here, else the usual local address. */
export interface BusFlags {
  natsUrl?: string;
  natsUser?: string;
  natsPassword?: string;
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
  const { natsUser: user, natsPassword: password, prefix } = flags;
  const bus = await openBus(
    { servers, name: 'trunkline cli', prefix, user, password, firstConnect: 'once' },
    quiet,
  ).catch((cause: unknown) => {
    if (isDenied(cause)) {
      throw new CommandFailed(`The NATS server at ${servers} does not know this user.`, {
        exit: 'auth',
        fix: 'Say who you are: --nats-user or NATS_USER, and the password in NATS_PASSWORD.',
        cause,
      });
    }
    throw new CommandFailed(`No NATS server answers at ${servers}.`, {
      exit: 'unreachable',
      fix: 'Start one with `npm start`, or say where it is: --nats-url or NATS_URL.',
      cause,
    });
  });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
