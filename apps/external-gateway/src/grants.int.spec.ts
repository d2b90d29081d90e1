import { migrateStreams, openBus } from '@trunkline/bus';
import type { Grant } from '@trunkline/events';
import { startNats } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { findGrant, issueGrant } from './grants.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe('a grant', () => {
  it('ends at the next one, at its time, and when it is revoked; nobody can bring it back', async () => {
    await using nats = await startNats();
    const bus = await openBus({ servers: nats.url, name: 'spec' }, quiet);
    await migrateStreams({ nc: bus.connection, names: bus.names });
    let now = Date.now();
    const deps = { bucket: bus.bucket<Grant>('grants'), now: () => now, lastMs: 300_000 };
    const asked = (epoch: number) => ({ connector: 'side', keys: { BOT: 'shared.bot' }, epoch });
    const find = (token = '') => findGrant('side', token, deps);

    const first = await issueGrant(asked(1), deps);
    expect(await find(first?.token)).toMatchObject({ keys: { BOT: 'shared.bot' }, expires_at_ms: now + 300_000 });
    expect(JSON.stringify((await deps.bucket.get('external.side'))?.value)).not.toContain(first?.token);

    const second = await issueGrant(asked(2), deps);
    expect([await find(first?.token), await first?.renew()]).toEqual([undefined, false]);
    expect(await issueGrant(asked(1), deps)).toBeUndefined();

    now += 300_000;
    expect(await find(second?.token)).toBeUndefined();
    expect(await second?.renew()).toBe(true);
    expect(await find(second?.token)).toMatchObject({ epoch: 2 });

    await first?.revoke();
    expect(await find(second?.token)).toBeDefined();
    await second?.revoke();
    expect([await find(second?.token), await second?.renew()]).toEqual([undefined, false]);
    await bus.close();
  });
});
