import { formatProblem, type ConfigProblem } from '@trunkline/config';
import { AppError } from '@trunkline/errors';

/** The connectors file has errors; the message lists all of them, each with its line. */
export class ConnectorsFileInvalidError extends AppError {
  readonly code = 'CONNECTORS_FILE_INVALID';
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const errors = problems.length === 1 ? '1 error' : `${problems.length} errors`;
    super(`${file} has ${errors}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`, {
      fix: `Correct the file; \`trunkline config check ${file}\` checks it without starting anything.`,
    });
    this.problems = problems;
  }
}

/** The connectors file is configured and cannot be read. */
export class ConnectorsFileUnreadableError extends AppError {
  readonly code = 'CONNECTORS_FILE_UNREADABLE';

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be read.`, {
      cause,
      fix: 'Check the path given by --connectors-config and its permissions, or leave it out to use runtime connectors only.',
    });
  }
}
