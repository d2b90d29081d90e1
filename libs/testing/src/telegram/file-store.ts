import { createHash } from 'node:crypto';
import { badRequest } from './api-error.ts';
import type { TelegramFile } from './message.ts';

export interface StoredFile {
  id: string;
  bytes: Buffer;
  folder: string;
  extension: string;
}

/** Files as Telegram keeps them: one content, a `file_id` of its own for each bot, and links that end after an hour. */
export class FileStore {
  readonly #now: () => number;
  readonly #files = new Map<string, StoredFile>();
  readonly #links = new Map<string, { fileId: string; until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Its id here is not yet one that a bot knows: `fileIdFor` makes that. */
  add(file: Omit<StoredFile, 'id'>): StoredFile {
    const id = `F${this.#files.size + 1}`;
    const stored = { ...file, id };
    this.#files.set(id, stored);
    return stored;
  }

  /** By the `file_id` that this bot was given; another bot's is refused, as Telegram does. */
  find(fileId: string, botId: number): StoredFile {
    const [id = '', owner] = Buffer.from(fileId, 'base64url').toString().split(':');
    const stored = Number(owner) === botId ? this.#files.get(id) : undefined;
    if (!stored) throw badRequest('wrong file identifier/HTTP URL specified');
    return stored;
  }

  /** A path to download it from, for an hour at least. */
  link(file: StoredFile): string {
    const path = `${file.folder}/file_${file.id.slice(1)}.${file.extension}`;
    this.#links.set(path, { fileId: file.id, until: this.#now() + 3_600_000 });
    return path;
  }

  download(path: string): Buffer | undefined {
    const link = this.#links.get(path);
    return link && link.until > this.#now() ? this.#files.get(link.fileId)?.bytes : undefined;
  }
}

export const fileIdFor = (id: string, botId: number): string => Buffer.from(`${id}:${botId}`).toString('base64url');

/** The two ids under which messages name a stored file, before `seenBy` makes the first one a bot's own. */
export function fileIds(file: StoredFile): Pick<TelegramFile, 'file_id' | 'file_unique_id' | 'file_size'> {
  const unique = createHash('sha256').update(file.id).digest('base64url').slice(0, 14);
  return { file_id: file.id, file_unique_id: unique, file_size: file.bytes.length };
}

/** The same value with each `file_id` as this bot knows it. */
export function seenBy<T>(value: T, botId: number): T {
  const copy: T = structuredClone(value);
  rewrite(copy, botId);
  return copy;
}

function rewrite(value: unknown, botId: number): void {
  if (typeof value !== 'object' || value === null) return;
  if ('file_id' in value && typeof value.file_id === 'string') value.file_id = fileIdFor(value.file_id, botId);
  for (const each of Object.values(value)) rewrite(each, botId);
}
