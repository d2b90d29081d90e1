import { Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { BusUnavailableError } from './errors.ts';

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

/** Opens an object store by its full name; it must exist (`migrateStreams`). */
export function createObjectStore(
  name: string,
  nc: NatsConnection,
): ObjectStore & { facts(objectName: string): Promise<ObjectFacts | undefined> } {
  let opened: ReturnType<Objm['open']> | undefined;
  const open = () => {
    opened ??= new Objm(nc).open(name).catch((cause: unknown) => {
      opened = undefined;
      throw new BusUnavailableError(`Opening the object store ${name}`, cause);
    });
    return opened;
  };
  return {
    async put(objectName, { bytes, mediaType, fileName }) {
      const metadata = { ...(mediaType && { media_type: mediaType }), ...(fileName && { file_name: fileName }) };
      const store = await open();
      await store.putBlob({ name: objectName, metadata }, bytes).catch((cause: unknown) => {
        throw new BusUnavailableError(`Storing an object in ${name}`, cause);
      });
    },
    async facts(objectName) {
      const store = await open();
      const info = await store.info(objectName);
      if (!info || info.deleted) return undefined;
      return {
        byteLength: info.size,
        mediaType: info.metadata?.['media_type'],
        fileName: info.metadata?.['file_name'],
      };
    },
    async get(objectName) {
      const store = await open();
      const info = await store.info(objectName);
      const bytes = info ? await store.getBlob(objectName) : null;
      if (!info || !bytes) return undefined;
      return { bytes, mediaType: info.metadata?.['media_type'], fileName: info.metadata?.['file_name'] };
    },
  };
}
