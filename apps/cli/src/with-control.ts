import { readFileSync } from 'node:fs';
import {
  ControlRefusedError,
  ControlUnreachableError,
  createControlClient,
  type ControlClient,
} from '@trunkline/control-api';
import { adminTokenFile, readDevRun } from './dev-state.ts';
import { CommandFailed, type exitCodes } from './exit-codes.ts';

/** How a command finds the control plane and who it is there: flags or variables, else the `dev` that runs here. */
export interface ControlFlags {
  apiUrl?: string;
  /** File that holds the token; the token itself never stands on a command line. */
  tokenFile?: string;
  stateDir: string;
}

/** Runs `work` with a client of the control plane. A refusal ends the command with the problem's words and its exit code. */
export async function withControl<T>(
  flags: ControlFlags,
  env: NodeJS.ProcessEnv,
  work: (control: ControlClient) => Promise<T>,
): Promise<T> {
  const devRun = readDevRun(flags.stateDir);
  const url = flags.apiUrl ?? devRun?.control_plane ?? 'http://127.0.0.1:8085';
  // The token of the installation here is for no other address.
  const isHere = devRun !== undefined && url === devRun.control_plane;
  const file = flags.tokenFile ?? (isHere ? adminTokenFile(flags.stateDir) : undefined);
  const token = env['TRUNKLINE_TOKEN'] ?? (file === undefined ? undefined : readToken(file));
  try {
    return await work(createControlClient({ url, token }));
  } catch (error) {
    throw commandFailure(error) ?? error;
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CommandFailed(`The token file ${file} cannot be read.`, {
      exit: 'auth',
      fix: 'Check --token-file or TRUNKLINE_TOKEN_FILE.',
      cause,
    });
  }
}

function commandFailure(error: unknown): CommandFailed | undefined {
  if (error instanceof ControlUnreachableError) {
    return new CommandFailed(error.message, {
      exit: 'unreachable',
      ...(error.fix && { fix: error.fix }),
      cause: error,
    });
  }
  if (!(error instanceof ControlRefusedError)) return undefined;
  const { title, detail, status } = error.problem;
  return new CommandFailed(`${title}.`, { exit: exitOf(status), fix: detail, cause: error });
}

const exitByStatus: Readonly<Record<number, keyof typeof exitCodes>> = {
  401: 'auth',
  403: 'auth',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
  503: 'unreachable',
};
const exitOf = (status: number) => exitByStatus[status] ?? 'failed';
