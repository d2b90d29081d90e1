import { randomBytes } from 'node:crypto';
import { Objm } from '@nats-io/obj';
import { startNats, type NatsServer } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus, type Bus } from './bus.ts';
import { migrateStreams } from './migrate.ts';
import type { ObjectStore } from './objects.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let nats: NatsServer;
let bus: Bus;
let assets: ObjectStore;

beforeAll(async () => {
  nats = await startNats();
  bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
  await migrateStreams({ nc: bus.connection, names: bus.names });
  assets = bus.objects('assets');
});
afterAll(async () => {
  await bus.close();
  await nats[Symbol.asyncDispose]();
});

describe('objects', () => {
  it.each([0, 1, 128 * 1024, 128 * 1024 + 1, 3_000_000])('come back as they were put: %i bytes', async (length) => {
    const object = { bytes: randomBytes(length), mediaType: 'image/png', fileName: 'ä b.png' };
    await assets.put(`of ${length}.bytes`, object);
    const found = await assets.get(`of ${length}.bytes`);
    expect({ ...found, bytes: found && Buffer.from(found.bytes) }).toEqual(object);
    expect(await bus.objectFacts('assets', `of ${length}.bytes`)).toEqual({
      byteLength: length,
      mediaType: 'image/png',
      fileName: 'ä b.png',
    });
  });

  it('are the newest that was put under the name, and nothing where nothing was', async () => {
    await assets.put('twice', { bytes: Buffer.from('first') });
    await assets.put('twice', { bytes: Buffer.from('second') });
    expect(Buffer.from((await assets.get('twice'))!.bytes).toString()).toBe('second');
    expect(await assets.get('never')).toBeUndefined();
    expect(await bus.objectFacts('assets', 'never')).toBeUndefined();
  });

  it('are read by other NATS clients', async () => {
    const theirs = await new Objm(bus.connection).open(bus.names.bucket('assets'));
    const bytes = randomBytes(300_000);
    await assets.put('ours', { bytes, mediaType: 'text/plain' });
    expect(Buffer.from((await theirs.getBlob('ours'))!)).toEqual(bytes);
    expect((await theirs.info('ours'))?.metadata).toEqual({ media_type: 'text/plain' });
  });
});
