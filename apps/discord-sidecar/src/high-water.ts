import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isNewer } from './snowflake.ts';

const stateSchema = z.object({ version: z.literal(1), channels: z.record(z.string(), z.string().regex(/^\d+$/)) });
const maxChannels = 5_000;
const saveWithinMs = 500;

/** How far each channel was read: the newest message that the gateway knows, or that is not for it. */
export interface HighWater {
  of(channelId: string): string | undefined;
  /** Every channel with a mark, the last one used last; direct ones too, which Discord does not list. */
  channels(): string[];
  raise(channelId: string, messageId: string): void;
  /** Writes what has changed since the last time. */
  save(): void;
}

/**
 * Marks kept in a file, written within half a second. Losing it costs nothing but a longer backfill, and what was said directly
 * meanwhile; a file that cannot be read or written is told to `warn` and done without.
 */
export function fileHighWater(file: string, warn: (error: unknown) => void): HighWater {
  const marks = new Map(Object.entries(read(file, warn)));
  let timer: NodeJS.Timeout | undefined;

  function save(): void {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify({ version: 1, channels: Object.fromEntries(marks) }), {
        mode: 0o600,
      });
      renameSync(`${file}.new`, file);
    } catch (error) {
      warn(error);
    }
  }

  return {
    of: (channelId) => marks.get(channelId),
    channels: () => [...marks.keys()],
    raise(channelId, messageId) {
      const known = marks.get(channelId);
      if (known !== undefined && !isNewer(messageId, known)) return;
      // Behind all others: the longest silent channel is the first to be forgotten.
      marks.delete(channelId);
      marks.set(channelId, messageId);
      const [oldest] = marks.keys();
      if (marks.size > maxChannels && oldest !== undefined) marks.delete(oldest);
      timer ??= setTimeout(save, saveWithinMs);
    },
    save,
  };
}

function read(file: string, warn: (error: unknown) => void): Record<string, string> {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).channels;
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!absent) warn(error);
    return {};
  }
}
