import { AppError } from '@trunkline/errors';

/** What was refused, to which user; `role` is the user that the process should be. */
export interface Refused {
  user: string | undefined;
  role?: string | undefined;
  operation: string;
  subject: string;
}

/** The server's permissions keep this process from what it has to do. It stays so until they are changed. */
export class BusPermissionError extends AppError {
  readonly code = 'BUS_PERMISSION';

  constructor({ user, role = user, operation, subject }: Refused) {
    const who = user === undefined ? 'This process' : `The NATS user ${user}`;
    const command = `trunkline bus permissions${role === undefined ? '' : ` --role ${role}`}`;
    super(`${who} has no permission for ${operation} of ${subject}.`, {
      fix: `Let it connect as the user of its role with what \`${command}\` prints, and reload the server.`,
    });
  }
}

/** The bus did not acknowledge: nothing may be assumed stored. Trying again with the same id is safe. */
export class BusUnavailableError extends AppError {
  readonly code = 'BUS_UNAVAILABLE';

  constructor(what: string, cause: unknown) {
    const refusal = cause instanceof BusPermissionError ? cause : undefined;
    super(`${what}: ${refusal?.message ?? 'the bus did not acknowledge in time.'}`, {
      cause,
      fix:
        refusal?.fix ??
        'Check that nats-server runs and has room (`trunkline bus status`); then try again with the same id.',
    });
  }
}

/** The server, its streams or its buckets are not what this version needs. */
export class BusNotReadyError extends AppError {
  readonly code = 'BUS_NOT_READY';

  constructor(problems: string[], fix: string) {
    super(`The bus is not ready: ${problems.join('; ')}.`, { fix });
  }
}

/** The server did not write a stream down, or did not make one of what was written down. */
export class SnapshotFailedError extends AppError {
  readonly code = 'SNAPSHOT_FAILED';

  constructor(stream: string, reason: string) {
    super(`${stream} could not be saved or restored: ${reason}.`, {
      fix: 'Check that NATS runs and has room on its disk (`trunkline bus status`); then begin again.',
    });
  }
}
