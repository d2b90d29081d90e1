import { setTimeout as delay } from 'node:timers/promises';
import type { Bucket } from '@trunkline/bus';
import type { ConnectorRef } from '@trunkline/events';
import { connectorKey } from '@trunkline/inventory';
import { z } from 'zod';

// Loose: a newer replica's fields survive a write by an older one.
const recordSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
});

/** A runtime connector as the bucket keeps it. `config` is its wire form without defaults. */
export type ConnectorRecord = z.output<typeof recordSchema>;

/** A record with the revision that a write has to name. What cannot be read is a record without fields, so that it can be mended. */
export interface ConnectorEntry {
  record: ConnectorRecord;
  revision: number;
}

export type ConnectorsBucket = Pick<Bucket<unknown>, 'get' | 'create' | 'update' | 'delete' | 'entries'>;

/** Reads a runtime connector from the bus itself: what anybody wrote before is seen. */
export async function readEntry(ref: ConnectorRef, bucket: ConnectorsBucket): Promise<ConnectorEntry | undefined> {
  const entry = await bucket.get(connectorKey(ref.kind, ref.name));
  return entry && { record: readRecord(entry.value), revision: entry.revision };
}

/** Reads what the bucket holds for a connector. */
export function readRecord(value: unknown): ConnectorRecord {
  return recordSchema.safeParse(value).data ?? { config: {} };
}

const mostAttempts = 20;
const collisionMs = 40;

/** Makes a change by compare-and-set again until nobody came between; `undefined` when others always did. */
export async function untilUndisturbed<T>(attempt: () => Promise<T | 'disturbed'>): Promise<T | undefined> {
  for (let tries = 0; tries < mostAttempts; tries += 1) {
    const done = await attempt();
    if (done !== 'disturbed') return done;
    await delay(Math.random() * collisionMs);
  }
  return undefined;
}
