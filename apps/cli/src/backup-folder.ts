import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { CommandFailed } from './exit-codes.ts';

const savedStreamSchema = z.strictObject({
  stream: z.string(),
  incarnation: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  config: z.looseObject({}),
  state: z.looseObject({ messages: z.number(), bytes: z.number(), first_seq: z.number(), last_seq: z.number() }),
});
const manifestSchema = z.strictObject({
  format: z.literal(1),
  prefix: z.string(),
  created_at: z.string(),
  server_version: z.string(),
  streams: z.array(savedStreamSchema),
});

/** One stream of a backup: its snapshot is in a file of its name. */
export type SavedStream = z.infer<typeof savedStreamSchema>;
/** What a backup holds. Written last: a folder without it is no backup. */
export type Manifest = z.infer<typeof manifestSchema>;

const manifestName = 'manifest.json';
const fileOf = (folder: string, stream: string) => join(folder, `${stream}.snapshot`);

/** Makes a new folder that nobody else may read; an empty one may be there. */
export function makeBackupFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new CommandFailed(`${folder} is not empty.`, { exit: 'conflict', fix: 'Give a new folder for each backup.' });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Writes a snapshot to its file. Resolves with its length and digest. */
export async function writeSnapshot(
  at: { folder: string; stream: string },
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted() {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  await pipeline(counted, createWriteStream(fileOf(at.folder, at.stream), { mode: 0o600, flush: true }));
  return { bytes, sha256: hash.digest('hex') };
}

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
}

/** Reads what a backup holds and checks every file against its digest: nothing is restored of a backup that is not whole. */
export async function readBackup(folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  for (const saved of manifest.streams) {
    if ((await digestOf(folder, saved)) !== saved.sha256) {
      throw new CommandFailed(`${saved.stream} is not what was saved: its file is damaged or missing.`, {
        fix: 'Take another backup; nothing was changed.',
      });
    }
  }
  return manifest;
}

/** The chunks of a stream's snapshot, small enough for a message. */
export function readSnapshot(folder: string, stream: string): AsyncIterable<Uint8Array> {
  return createReadStream(fileOf(folder, stream), { highWaterMark: 128 * 1024 });
}

async function digestOf(folder: string, { stream }: SavedStream): Promise<string | undefined> {
  if (!existsSync(fileOf(folder, stream))) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of readSnapshot(folder, stream)) hash.update(chunk);
  return hash.digest('hex');
}

function readManifest(folder: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, manifestName), 'utf8')));
  } catch (cause) {
    throw new CommandFailed(`${folder} holds no whole backup.`, {
      exit: 'not_found',
      fix: `Name the folder that \`trunkline bus backup\` wrote; a backup that was broken off has no ${manifestName}.`,
      cause,
    });
  }
}
