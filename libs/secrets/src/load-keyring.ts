import { readFile } from 'node:fs/promises';
import { KeyringInvalidError } from './secret-errors.ts';
import { parseKeyring, type Keyring } from './keyring.ts';

/** Names of the two variables that a keyring can come from. */
export const masterKeyVariable = 'TRUNKLINE_MASTER_KEY';
export const masterKeyFileVariable = 'TRUNKLINE_MASTER_KEY_FILE';

/** What became of looking for the master key. `file` is where it can change: give it to `followKeyring`. */
export type LoadedKeyring =
  | { status: 'loaded'; keyring: Keyring; file?: string }
  | { status: 'unset' }
  | { status: 'invalid'; problem: string; fix: string };

/** Reads the keyring from the environment: TRUNKLINE_MASTER_KEY or TRUNKLINE_MASTER_KEY_FILE, not both. */
export async function loadKeyring(env: Readonly<Record<string, string | undefined>>): Promise<LoadedKeyring> {
  const inline = present(env[masterKeyVariable]);
  const path = present(env[masterKeyFileVariable]);
  if (inline !== undefined && path !== undefined) {
    return {
      status: 'invalid',
      problem: `${masterKeyVariable} and ${masterKeyFileVariable} are both set.`,
      fix: 'Unset one of them: two sources would one day differ.',
    };
  }
  if (inline !== undefined) return parse(inline, masterKeyVariable);
  if (path === undefined) return { status: 'unset' };
  try {
    const loaded = parse(await readFile(path, 'utf8'), masterKeyFileVariable);
    return loaded.status === 'loaded' ? { ...loaded, file: path } : loaded;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return {
      status: 'invalid',
      problem: `${masterKeyFileVariable} names a file that cannot be read (${why}).`,
      fix: 'Check the path, and that the user of this process may read the file.',
    };
  }
}

function parse(text: string, source: string): LoadedKeyring {
  try {
    return { status: 'loaded', keyring: parseKeyring(text) };
  } catch (error) {
    if (!(error instanceof KeyringInvalidError)) throw error;
    return { status: 'invalid', problem: `${source}: ${error.message}`, fix: error.fix ?? '' };
  }
}

const present = (value: string | undefined) => (value === undefined || value.trim() === '' ? undefined : value);
