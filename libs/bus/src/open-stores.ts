import type { JetStreamClient } from '@nats-io/jetstream';
import type { Appended, AppendOptions } from './append.ts';
import { createBucket, type Bucket, type BucketDeps } from './bucket.ts';
import type { Link } from './link.ts';
import type { BusLog } from './log.ts';
import type { BucketName, Names, ObjectStoreName } from './names.ts';
import { createObjectStore } from './objects.ts';
import { openOrderedReader } from './ordered-reader.ts';
import type { Ask } from './requests.ts';
import { readNewestOfEach, readStored } from './stored-message.ts';
import { followTail } from './tail.ts';

interface StoresDeps {
  names: Names;
  js: JetStreamClient;
  ask: Ask;
  link: Link;
  log: BusLog;
  timeoutMs: number;
  append(subject: string, payload: Uint8Array, options?: AppendOptions): Promise<Appended>;
  closed(): boolean;
}

type OpenedObjects = ReturnType<typeof createObjectStore>;

/** Buckets and object stores of a connection, each opened once. */
export function openStores(deps: StoresDeps) {
  const buckets = new Map<BucketName, Bucket<unknown>>();
  const stores = new Map<ObjectStoreName, OpenedObjects>();
  return {
    bucket<T>(name: BucketName): Bucket<T> {
      const full = deps.names.bucket(name);
      const bucket = buckets.get(name) ?? createBucket<unknown>(full, bucketDeps(`KV_${full}`, deps));
      buckets.set(name, bucket);
      return bucket as Bucket<T>;
    },
    objects(name: ObjectStoreName): OpenedObjects {
      const full = deps.names.bucket(name);
      const store = stores.get(name) ?? openObjects(full, deps);
      stores.set(name, store);
      return store;
    },
  };
}

function bucketDeps(stream: string, deps: StoresDeps): BucketDeps {
  const { append, closed, log, link, timeoutMs } = deps;
  return {
    ...{ append, closed, log },
    read: (query) => readStored({ stream, query, timeoutMs }, deps),
    readNewestOfEach: (filter) => readNewestOfEach({ stream, filter, timeoutMs }, deps),
    readAll: (filter) => openOrderedReader({ stream, filter, from: 'newest_of_each' }, deps),
    tail: (filter, listener) =>
      followTail(listener, {
        open: () => openOrderedReader({ stream, filter, from: 'new', headersOnly: true }, deps),
        onState: link.onState,
        log,
      }),
  };
}

function openObjects(full: string, deps: StoresDeps): OpenedObjects {
  const stream = `OBJ_${full}`;
  return createObjectStore(full, {
    append: deps.append,
    read: (query) => readStored({ stream, query, timeoutMs: deps.timeoutMs }, deps),
    readAll: (filter) => openOrderedReader({ stream, filter, from: { seq: 1 }, buffer: 32 }, deps),
  });
}
