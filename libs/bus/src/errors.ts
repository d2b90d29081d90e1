import { AppError } from '@trunkline/errors';

/** The server's permissions keep this process from what it has to do. It stays so until they are changed. */
export class BusPermissionError extends AppError {
  readonly code = 'BUS_PERMISSION';

  constructor({ user, operation, subject }: { user: string | undefined; operation: string; subject: string }) {
    const who = user === undefined ? 'This process' : `The NATS user ${user}`;
    super(`${who} has no permission for ${operation} of ${subject}.`, {
      fix: `Give it what \`trunkline bus permissions${user === undefined ? '' : ` --role ${user}`}\` prints, in the server's configuration, and reload the server.`,
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
