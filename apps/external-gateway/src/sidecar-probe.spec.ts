import { describe, expect, it } from 'vitest';
import { createCallSidecar } from './call-sidecar.ts';
import { createSidecarProbe } from './sidecar-probe.ts';
import { startFakeSidecar } from './testing/fake-sidecar.ts';
import { readyEntry } from './testing/ready-entry.ts';

async function probing() {
  const sidecar = await startFakeSidecar();
  const call = createCallSidecar({ now: Date.now });
  let now = 0;
  const entry = readyEntry({ base_url: sidecar.url, allow_private_network: true });
  const probe = createSidecarProbe(() => entry, { call, now: () => now, timeoutMs: 5_000, manifestMs: 300_000 });
  return {
    ...{ sidecar, probe },
    manifests: () => sidecar.calls.filter(({ path }) => path === '/manifest').length,
    pass: (ms: number) => void (now += ms),
    async [Symbol.asyncDispose]() {
      await call.close();
      await sidecar[Symbol.asyncDispose]();
    },
  };
}

const health = (fields: object) => ({ protocol_version: 1, instance_id: 'i-1', status: 'ready', ...fields });

describe('asking a sidecar how it is', () => {
  it('believes a manifest for five minutes, and no longer than its instance', async () => {
    await using it = await probing();
    await it.probe();
    it.pass(299_999);
    await it.probe();
    expect(it.manifests()).toBe(1);
    it.pass(1);
    await it.probe();
    expect(it.manifests()).toBe(2);
    it.sidecar.say({ health: health({ instance_id: 'i-2' }), manifest: { protocol_version: 1, instance_id: 'i-2' } });
    expect(await it.probe()).toMatchObject({
      ok: true,
      manifest: { instance_id: 'i-2', capabilities: { threads: false } },
    });
    expect(it.sidecar.calls.every(({ headers }) => headers.authorization === 'Bearer right-token')).toBe(true);
  });

  it.each([
    {
      said: { health: health({ status: 'degraded', detail: null, more: 1 }) },
      as: { ok: true, health: { status: 'degraded' } },
    },
    { said: { health: health({ protocol_version: 2 }) }, as: { ok: false, code: 'unsupported_version' } },
    { said: { health: health({ instance_id: 'i-9' }) }, as: { ok: false, code: 'instance_mismatch' } },
    { said: { health: health({ status: 'fine' }) }, as: { ok: false, code: 'answer_invalid' } },
    { said: { manifest: { protocol_version: 7 } }, as: { ok: false, code: 'unsupported_version' } },
    { said: { manifest: [] }, as: { ok: false, code: 'answer_invalid' } },
  ])('$as: $said', async ({ said, as }) => {
    await using it = await probing();
    it.sidecar.say(said);
    expect(await it.probe()).toMatchObject(as);
  });

  it('says that nobody is there', async () => {
    await using it = await probing();
    await it.sidecar[Symbol.asyncDispose]();
    expect(await it.probe()).toMatchObject({ ok: false, code: 'unreachable' });
  });
});
