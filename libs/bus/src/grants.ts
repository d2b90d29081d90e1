import type { BucketName, Names, ObjectStoreName, StreamName } from './names.ts';

/** A right in the server's own terms, and the streams that whoever has it must find. */
export interface Grant {
  publish?: string[];
  subscribe?: string[];
  stream?: string;
}

/**
 * Rights as the modules of this library use them: what each of them publishes and listens to.
 *
 * A filter stands in the subject of each request, which is where permissions can see it; requests that name what they want in their payload are
 * the right to a whole stream (`readAll`).
 */
export function createGrants(names: Names) {
  const kv = (bucket: BucketName) => `KV_${names.bucket(bucket)}`;
  const keys = (bucket: BucketName, filters: string[]) =>
    filters.map((filter) => `$KV.${names.bucket(bucket)}.${filter}`);
  const object = (store: ObjectStoreName) => ({
    stream: `OBJ_${names.bucket(store)}`,
    info: `$O.${names.bucket(store)}.M.*`,
    chunks: `$O.${names.bucket(store)}.C.*`,
  });

  return {
    /** Publish to subjects that no stream needs to be known for, or that nobody stores. */
    publish: (...subjects: string[]): Grant => ({ publish: subjects }),
    subscribe: (...subjects: string[]): Grant => ({ subscribe: subjects }),
    append: (stream: StreamName, ...subjects: string[]): Grant => ({ publish: subjects, stream: names.stream(stream) }),
    readNewest: (stream: StreamName, ...subjects: string[]): Grant => newest(names.stream(stream), subjects),
    /** Any message of the stream, by sequence or otherwise. */
    readAll: (stream: StreamName): Grant => readAll(names.stream(stream)),
    follow: (stream: StreamName, ...filters: string[]): Grant => follow(names.stream(stream), filters),
    /** Take messages of a durable consumer that was made beforehand, and acknowledge them. */
    work: (stream: StreamName, consumer: string): Grant => work(names.stream(stream), consumer),

    readKeys: (bucket: BucketName, ...filters: string[]): Grant => newest(kv(bucket), keys(bucket, filters)),
    /** Any value of the bucket, by revision or otherwise. */
    readAllKeys: (bucket: BucketName): Grant => readAll(kv(bucket)),
    watchKeys: (bucket: BucketName, ...filters: string[]): Grant => follow(kv(bucket), keys(bucket, filters)),
    /** Reading included: a key that was deleted is created anew from its marker. */
    writeKeys: (bucket: BucketName, ...filters: string[]): Grant => ({
      publish: [...keys(bucket, filters), ...(newest(kv(bucket), keys(bucket, filters)).publish ?? [])],
      stream: kv(bucket),
    }),

    putObjects(store: ObjectStoreName): Grant {
      const { stream, info, chunks } = object(store);
      return { publish: [chunks, info], stream };
    },
    describeObjects(store: ObjectStoreName): Grant {
      const { stream, info } = object(store);
      return newest(stream, [info]);
    },
    getObjects(store: ObjectStoreName): Grant {
      const { stream, info, chunks } = object(store);
      return merged([newest(stream, [info]), follow(stream, [chunks])]);
    },
    /** Everything that can be done with a stream, its making and its end included. */
    administer: (stream: string): Grant => administer(stream),
  };
}

const api = '$JS.API';
const anyConsumer = '*';

const newest = (stream: string, subjects: string[]): Grant => ({
  publish: subjects.map((subject) => `${api}.DIRECT.GET.${stream}.${subject}`),
  stream,
});

const readAll = (stream: string): Grant => ({
  publish: [`${api}.DIRECT.GET.${stream}`, `${api}.DIRECT.GET.${stream}.>`],
  stream,
});

/** Readers name their consumers at random, and names are never told to others: nobody can take part in what another reads. */
const follow = (stream: string, filters: string[]): Grant => ({
  publish: [
    ...filters.map((filter) => `${api}.CONSUMER.CREATE.${stream}.${anyConsumer}.${filter}`),
    `${api}.CONSUMER.INFO.${stream}.${anyConsumer}`,
    `${api}.CONSUMER.MSG.NEXT.${stream}.${anyConsumer}`,
    `${api}.CONSUMER.DELETE.${stream}.${anyConsumer}`,
  ],
  stream,
});

const work = (stream: string, consumer: string): Grant => ({
  publish: [
    `${api}.CONSUMER.INFO.${stream}.${consumer}`,
    `${api}.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  ],
  stream,
});

const administer = (stream: string): Grant => ({
  publish: [
    ...['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'SNAPSHOT', 'RESTORE', 'MSG.GET', 'MSG.DELETE'].map(
      (verb) => `${api}.STREAM.${verb}.${stream}`,
    ),
    ...['NAMES', 'LIST', 'CREATE', 'DURABLE.CREATE'].map((verb) => `${api}.CONSUMER.${verb}.${stream}`),
    ...['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((verb) => `${api}.CONSUMER.${verb}.${stream}.>`),
    `${api}.DIRECT.GET.${stream}`,
    `${api}.DIRECT.GET.${stream}.>`,
    `$JS.ACK.${stream}.>`,
    `$JS.SNAPSHOT.RESTORE.${stream}.>`,
    `$JS.SNAPSHOT.ACK.${stream}.>`,
  ],
  stream,
});

/** Several rights on one stream as one. */
function merged(grants: Grant[]): Grant {
  return {
    publish: grants.flatMap(({ publish = [] }) => publish),
    stream: grants[0]?.stream,
  };
}
