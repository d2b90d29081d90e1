import {
  createIngressApp,
  createAuthFailures,
  createGuardedFetch,
  listen,
  noTrustedProxies,
} from '@trunkline/gateway-kit';
import { createNames } from '@trunkline/bus';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExternalEntry } from './access.ts';
import { createCallSidecar } from './call-sidecar.ts';
import { externalProbe } from './probe.ts';
import { tellReceipt } from './receipts.ts';
import type { SidecarRecord } from './sidecar-record.ts';
import { startFakeSidecar } from './testing/fake-sidecar.ts';
import { readyEntry } from './testing/ready-entry.ts';

const fetch = createGuardedFetch();
const call = createCallSidecar({ now: Date.now });
afterAll(async () => {
  await Promise.all([fetch.close(), call.close()]);
});

/** The route that a probe calls, as the gateway has it, with a bus on which there is no event. */
async function ingress(known: ExternalEntry) {
  const bus = {
    names: createNames('tl'),
    read: async () => undefined,
    bucket: () => ({ get: async () => undefined }),
  };
  const deps = {
    connectors: { get: () => known },
    failures: createAuthFailures({ now: Date.now }),
    ...{ trustedProxies: noTrustedProxies, now: Date.now, bus: bus as never },
  };
  const routes = [{ path: '/v1/connectors/external/:name/events/:event_id', methods: { GET: tellReceipt(deps) } }];
  return listen(createIngressApp(routes, { log: { error: (fields) => console.error(fields) } }), {
    host: '127.0.0.1',
    port: 0,
  });
}

async function probe(
  tried: ExternalEntry,
  { known = tried, record }: { known?: ExternalEntry; record?: Partial<SidecarRecord> } = {},
) {
  const server = await ingress(known);
  const sidecars = { record: async () => record as SidecarRecord | undefined };
  const deps = { ingressUrl: `http://127.0.0.1:${server.port}`, gateway: 'here', sidecars, call, fetch, now: Date.now };
  const checks = await externalProbe(deps)(tried);
  if (!Array.isArray(checks)) return server.close(0).then(() => checks);
  const found = await Promise.all(checks.map(async ({ name, run }) => [name, await run(AbortSignal.timeout(8_000))]));
  await server.close(0);
  return Object.fromEntries(found) as Record<string, unknown>;
}

const failed = (detail: string) => ({ outcome: 'failed', detail: expect.stringContaining(detail) });
const entryAt = (base_url: string, more: object = {}) => readyEntry({ base_url, allow_private_network: true, ...more });

describe('the probe of an external connector', () => {
  it('asks the sidecar for health and manifest, and the ingress with its token', async () => {
    await using sidecar = await startFakeSidecar();
    expect(await probe(entryAt(sidecar.url))).toEqual({
      sidecar: { outcome: 'ok', detail: 'It says "ready"; instance i-1, protocol 1.' },
      ingress: { outcome: 'ok', detail: expect.stringContaining('current secrets') },
    });
    expect(sidecar.calls.map(({ path }) => path)).toEqual(['/health', '/manifest']);
  });

  it('fails with the remedy when the sidecar is away, speaks another version, or is not well', async () => {
    expect(await probe(entryAt('http://127.0.0.1:1'))).toMatchObject({ sidecar: failed('Start the sidecar') });
    await using sidecar = await startFakeSidecar();
    sidecar.say({ health: { protocol_version: 1, instance_id: 'i-1', status: 'degraded', detail: 'no login' } });
    expect(await probe(entryAt(sidecar.url))).toMatchObject({ sidecar: failed('no login') });
    sidecar.say({ health: { protocol_version: 9 } });
    expect(await probe(entryAt(sidecar.url))).toMatchObject({ sidecar: failed('Update') });
    expect(await probe(readyEntry({ base_url: sidecar.url }))).toMatchObject({
      sidecar: failed('allow_private_network'),
    });
  });

  it('fails where the ingress knows another token', async () => {
    await using sidecar = await startFakeSidecar();
    const known = entryAt(sidecar.url, { shared_token: 'other' });
    expect(await probe(entryAt(sidecar.url), { known })).toMatchObject({ ingress: failed('401') });
  });

  it('of a child process asks the gateway that runs it', async () => {
    const child = readyEntry({
      mode: 'child_process',
      base_url: 'http://127.0.0.1:1',
      child_process: { command: 'x' },
    });
    expect(await probe(child, { record: { gateway: 'there', status: 'ready' } })).toEqual({ askGateway: 'there' });
    expect(await probe(child, { record: { gateway: 'here', status: 'down' } })).toMatchObject({
      sidecar: failed('command'),
    });
  });
});
