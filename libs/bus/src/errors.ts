import { AppError } from '@trunkline/errors';

/** The bus did not acknowledge in time: nothing may be assumed stored. Trying again with the same id is safe. */
export class BusUnavailableError extends AppError {
  readonly code = 'BUS_UNAVAILABLE';

  constructor(what: string, cause: unknown) {
    super(`${what}: the bus did not acknowledge in time.`, {
      cause,
      fix: 'Check that nats-server runs and has room (`trunkline bus status`); then try again with the same id.',
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
