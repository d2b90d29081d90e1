import { hash, randomBytes } from 'node:crypto';
import type { Appended, AppendOptions } from './append.ts';
import { encodeJson } from './json.ts';
import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage, StoredMessageQuery } from './stored-message.ts';

/** An object with what was said of it when it was put. */
export interface StoredObject {
  bytes: Uint8Array;
  mediaType?: string;
  fileName?: string;
}

/** What is known of an object without reading it. */
export interface ObjectFacts {
  byteLength: number;
  mediaType?: string;
  fileName?: string;
}

/** Bytes too large for a message, by name. */
export interface ObjectStore {
  put(name: string, object: StoredObject): Promise<void>;
  get(name: string): Promise<StoredObject | undefined>;
}

/** What an object store needs of the bus. */
export interface ObjectStoreDeps {
  append(subject: string, payload: Uint8Array, options?: AppendOptions): Promise<Appended>;
  read(query: StoredMessageQuery): Promise<StoredMessage | undefined>;
  /** Reads the messages of a filter from the oldest on. */
  readAll(filter: string): Promise<OrderedReader>;
}

/** The description of an object, as other NATS clients read it (ADR-20); they cannot write, as that takes a rollup. */
interface ObjectInfo {
  name: string;
  bucket: string;
  /** Names its chunks. */
  nuid: string;
  size: number;
  chunks: number;
  mtime: string;
  digest: string;
  options?: { max_chunk_size: number };
  metadata?: Record<string, string>;
}

const chunkBytes = 128 * 1024;
/** base64url with its padding. */
const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/**
 * Opens an object store by its full name; it must exist (`migrateStreams`).
 *
 * The client's own would read by a request that opens the whole stream and purge what is written over: rights that no gateway can have. Here
 * what is written over stays until its time is up.
 */
export function createObjectStore(
  name: string,
  deps: ObjectStoreDeps,
): ObjectStore & { facts(objectName: string): Promise<ObjectFacts | undefined> } {
  const chunksOf = (nuid: string) => `$O.${name}.C.${nuid}`;
  const infoSubject = (objectName: string) => `$O.${name}.M.${encode(Buffer.from(objectName))}`;

  async function find(objectName: string): Promise<ObjectInfo | undefined> {
    const message = await deps.read({ newestOf: infoSubject(objectName) });
    return message && infoIn(message);
  }

  return {
    async put(objectName, { bytes, ...about }) {
      const nuid = randomBytes(16).toString('base64url');
      const chunks = Math.ceil(bytes.length / chunkBytes);
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        await deps.append(chunksOf(nuid), bytes.subarray(at, at + chunkBytes));
      }
      const info: ObjectInfo = {
        ...{ name: objectName, bucket: name, nuid, size: bytes.length, chunks, digest: digestOf(bytes) },
        mtime: new Date().toISOString(),
        options: { max_chunk_size: chunkBytes },
        metadata: metadataOf(about),
      };
      await deps.append(infoSubject(objectName), encodeJson(info));
    },
    async facts(objectName) {
      const info = await find(objectName);
      return info && { byteLength: info.size, ...aboutOf(info) };
    },
    async get(objectName) {
      const info = await find(objectName);
      const bytes = info && (await readChunks(info, () => deps.readAll(chunksOf(info.nuid))));
      return bytes && { bytes, ...aboutOf(info) };
    },
  };
}

type About = Omit<StoredObject, 'bytes'>;

const metadataOf = ({ mediaType, fileName }: About): Record<string, string> => ({
  ...(mediaType && { media_type: mediaType }),
  ...(fileName && { file_name: fileName }),
});

const aboutOf = ({ metadata = {} }: ObjectInfo): About => ({
  mediaType: metadata['media_type'],
  fileName: metadata['file_name'],
});

const digestOf = (bytes: Uint8Array) => `SHA-256=${encode(hash('sha256', bytes, 'buffer'))}`;

/** `undefined` when a part of it is gone: its time was up. */
async function readChunks(info: ObjectInfo, open: () => Promise<OrderedReader>): Promise<Uint8Array | undefined> {
  if (info.chunks === 0) return new Uint8Array();
  const reader = await open();
  const chunks: Uint8Array[] = [];
  try {
    if (reader.pending < info.chunks) return undefined;
    for await (const { payload } of reader.messages) if (chunks.push(payload) === info.chunks) break;
  } finally {
    await reader.stop();
  }
  const bytes = Buffer.concat(chunks);
  if (digestOf(bytes) !== info.digest) throw new Error(`The object ${info.name} in ${info.bucket} is damaged.`);
  return bytes;
}

/** Only we write here. */
const infoIn = (message: StoredMessage) => message.json() as ObjectInfo | undefined;
