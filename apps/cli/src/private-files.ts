import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FileChange {
  file: string;
  change: 'made' | 'rewritten';
}

/** Files below one folder that nobody but their owner may read. */
export interface PrivateFiles {
  /** What the file holds; made when it is not there, never changed later. */
  once(path: string, make: () => string): string;
  /** Makes the file hold this text. Whoever reads it meanwhile sees the old one or the new one, whole. */
  write(path: string, text: string): void;
  /** What was made or rewritten since the beginning. */
  changes(): FileChange[];
}

export function createPrivateFiles(folder: string): PrivateFiles {
  const changes: FileChange[] = [];

  function put(path: string, text: string, change: FileChange['change']): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    changes.push({ file: path, change });
  }

  const read = (path: string) => readText(join(folder, path));
  return {
    once(path, make) {
      const there = read(path);
      if (there !== undefined) return there;
      const made = `${make().trim()}\n`;
      put(path, made, 'made');
      return made;
    },
    write(path, text) {
      const there = read(path);
      if (there !== text) put(path, text, there === undefined ? 'made' : 'rewritten');
    },
    changes: () => changes,
  };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
