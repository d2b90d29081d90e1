import { readFileSync, statSync } from 'node:fs';
import { parseKeyring, type Keyring } from './keyring.ts';
import { KeyringInvalidError } from './secret-errors.ts';

/** How a keyring's file is followed. */
export interface FollowKeyringOptions {
  file: string;
  /** How often it is looked at when nobody meets a key that is not known. Default a second. */
  everyMs?: number;
  /** Called once when the file as it is now is not used; the keys from before stay. `undefined`: it is used again. */
  onProblem(problem: string | undefined): void;
}

/** A keyring whose file is being followed. */
export interface FollowedKeyring {
  stop(): void;
}

/** What a look at the file found. */
interface Seen {
  /** Differs when the file was written or replaced. */
  stamp: string;
  keyring: Keyring | undefined;
  problem: string | undefined;
}

/**
 * Keeps a keyring as its file says, while it is in use.
 *
 * Keys that come are taken at once: at the next look, or when something sealed with one is met. Keys that are gone are let go only
 * when the next look finds the file unchanged, as a file that is being written is short and may still be valid.
 */
export function followKeyring(
  keyring: Keyring,
  { file, everyMs = 1_000, onProblem }: FollowKeyringOptions,
): FollowedKeyring {
  let seen: Seen | undefined;
  let settled: string | undefined;
  let told: string | undefined;

  function tell(problem: string | undefined): void {
    if (problem !== told) onProblem(problem);
    told = problem;
  }

  /** Reads what is new; a look costs one `stat` as long as nothing is. */
  function look(): void {
    const stamp = stampOf(file);
    if (stamp === settled || stamp === seen?.stamp) return;
    seen = read(file, stamp);
    if (seen.keyring) keyring.take(seen.keyring, { keep: true });
  }

  function lookAndSettle(): void {
    const before = seen?.stamp;
    look();
    if (seen === undefined || seen.stamp !== before || seen.stamp === settled) return;
    settled = seen.stamp;
    tell(seen.problem ?? (seen.keyring && keyring.take(seen.keyring, { keep: false })));
  }

  keyring.lookBy(look);
  const timer = setInterval(lookAndSettle, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      keyring.lookBy(undefined);
    },
  };
}

/** Tells one state of the file from the next; text too where there is no file. */
function stampOf(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return codeOf(error);
  }
}

function read(file: string, stamp: string): Seen {
  try {
    return { stamp, keyring: parseKeyring(readFileSync(file, 'utf8')), problem: undefined };
  } catch (error) {
    const problem =
      error instanceof KeyringInvalidError ? error.message : `The file cannot be read (${codeOf(error)}).`;
    return { stamp, keyring: undefined, problem };
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
