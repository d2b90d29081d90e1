/** Options of an `AppError`: `fix` is the next step for whoever reads it. */
export interface AppErrorOptions extends ErrorOptions {
  fix?: string;
}

/**
 * Base of every error thrown on purpose.
 *
 * `message` says what happened and where, `fix` what to do next, `code` never changes once released; none of them holds a
 * secret or the text of a message. An error that is not an AppError is a bug and is logged as one.
 */
export abstract class AppError extends Error {
  abstract readonly code: Uppercase<string>;
  readonly fix: string | undefined;

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.fix = options.fix;
  }
}
