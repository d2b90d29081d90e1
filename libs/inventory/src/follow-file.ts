import { createHash } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a file is followed. */
export interface FollowOptions {
  /** What the file holds now, as the caller has read it. */
  known: Uint8Array;
  /** Called with new content once it has stopped changing. */
  onContent(content: Uint8Array): void;
  /** Called once when the file can no longer be read; `onContent` follows when it can, even if it holds what it held. */
  onUnreadable(error: unknown): void;
  /** How long content must stay the same to be believed: a file that is being written is short and may still be valid. */
  settleMs: number;
  pollMs: number;
}

/** A file that is being followed. */
export interface FollowedFile {
  stop(): void;
}

/**
 * Follows a file by its path, whatever happens behind it: edits in place, renames over it, swapped symbolic links, a mount
 * that comes and goes.
 *
 * The directory is watched rather than the file, whose inode changes with every rename. What no notice tells, such as a change
 * behind a link into another directory, is found by looking again every `pollMs`.
 */
export function followFile(path: string, options: FollowOptions): FollowedFile {
  let believed = digest(options.known);
  let unreadable = false;
  let stopped = false;
  let looking = false;
  let lookAgain = false;
  let watcher = watchDirectory(path, () => void look());

  async function look(): Promise<void> {
    lookAgain = true;
    if (looking) return;
    looking = true;
    try {
      while (lookAgain && !stopped) {
        lookAgain = false;
        await lookOnce();
      }
    } finally {
      looking = false;
    }
  }

  async function lookOnce(): Promise<void> {
    const first = await read(path);
    if (first.digest === believed && !unreadable) return;
    await sleep(options.settleMs);
    const second = await read(path);
    if (stopped) return;
    if (first.digest !== second.digest) lookAgain = true;
    else if (second.content) changed(second.content, second.digest);
    else if (!unreadable) {
      unreadable = true;
      options.onUnreadable(second.error);
    }
  }

  function changed(content: Uint8Array, newDigest: string): void {
    unreadable = false;
    believed = newDigest;
    options.onContent(content);
  }

  const poll = setInterval(() => {
    // The directory itself may have been replaced: a watch of the old one hears nothing and does not say so.
    watcher?.close();
    watcher = watchDirectory(path, () => void look());
    void look();
  }, options.pollMs);
  poll.unref();
  void look();

  return {
    stop() {
      stopped = true;
      clearInterval(poll);
      watcher?.close();
    },
  };
}

type Read = { content: Uint8Array; digest: string } | { content?: undefined; digest?: undefined; error: unknown };

async function read(path: string): Promise<Read> {
  try {
    const content = await readFile(path);
    return { content, digest: digest(content) };
  } catch (error) {
    return { error };
  }
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('base64');

/** Notices from the directory, if the system gives any; without them there is the poll. */
function watchDirectory(path: string, onNotice: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || mayConcern(name, path)) onNotice();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** The file itself, or a link that its path may go through, such as the `..data` of a mounted Kubernetes volume. */
const mayConcern = (name: string, path: string) => name === basename(path) || name.startsWith('..');
