/** What the exit code of a command says; `trunkline --help` lists them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, auth: 4, not_found: 5, conflict: 6 } as const;

/** A command ended in a way that its user should read: a sentence, what to do next, and the exit code. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  readonly fix: string | undefined;

  constructor(message: string, options: { exit?: keyof typeof exitCodes; fix?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CommandFailed';
    this.exitCode = exitCodes[options.exit ?? 'failed'];
    this.fix = options.fix;
  }
}
