import type { StoredObject } from '@trunkline/bus';
import type { StepOutcome } from '@trunkline/deliveries';
import type { Delivery, Output } from '@trunkline/events';
import { createGuardedFetch, type ResolvedAddress } from '@trunkline/gateway-kit';
import { describe, expect, it } from 'vitest';
import { createCallSidecar } from './call-sidecar.ts';
import { createExternalDeliverer, type DeliverDeps } from './deliver.ts';
import type { RelayedStep } from './relay.ts';
import type { SidecarRecord } from './sidecar-record.ts';
import { startFakeSidecar } from './testing/fake-sidecar.ts';
import { readyEntry } from './testing/ready-entry.ts';

const delivery = (output: Partial<Output>): Delivery => ({
  v: 1,
  delivery_id: 'dlv_1',
  output_id: 'o-1',
  session_id: 's-1',
  turn_id: 't-1',
  target: { type: 'external', connector: 'side', route: 'room 1' },
  output: { output_id: 'o-1', session_id: 's-1', ...output },
  created_at: '2026-01-02T03:04:05.000Z',
  expires_at: '2026-01-03T03:04:05.000Z',
});

/** Everything around one step; relayed ones are taken down. */
function deliverer(fields: object, more: { record?: Partial<SidecarRecord>; resolve?: ResolvedAddress[] } = {}) {
  const objects = new Map<string, StoredObject>();
  const relayed: { gateway: string; step: RelayedStep }[] = [];
  const call = createCallSidecar({
    now: Date.now,
    ...(more.resolve && { resolve: () => Promise.resolve(more.resolve!) }),
  });
  const fetch = createGuardedFetch();
  const record = { v: 1, mode: 'remote_http', gateway: 'here', at: '', status: 'ready', ...more.record } as const;
  const store = {
    put: (name: string, object: StoredObject) => Promise.resolve(void objects.set(name, object)),
    get: (name: string) => Promise.resolve(objects.get(name)),
  };
  const deps: DeliverDeps = {
    ...{ call, fetch, instance: 'here', now: Date.now },
    connectors: { get: () => readyEntry({ allow_private_network: true, ...fields }) },
    bus: { objects: () => store },
    sidecars: { record: () => Promise.resolve(more.record === null ? undefined : record) },
  };
  const relay = {
    ask: (gateway: string, step: RelayedStep) => {
      relayed.push({ gateway, step });
      return Promise.resolve({ outcome: 'delivered' } as const);
    },
  };
  const made = createExternalDeliverer({ ...deps, relay });
  async function deliver(output: Partial<Output>, attempt = 1): Promise<StepOutcome | 'no step'> {
    const one = delivery(output);
    const [step] = await made.plan(one);
    if (!step) return 'no step';
    const { signal } = new AbortController();
    return made.deliverStep(step, { delivery: one, attempt, idempotencyKey: 'dlv_1', platformIds: new Map(), signal });
  }
  const dispose = async () => void (await Promise.all([call.close(), fetch.close()]));
  return { deliver, objects, relayed, [Symbol.asyncDispose]: dispose };
}

describe('a delivery', () => {
  it('is one POST with everything of spec 4.3', async () => {
    await using sidecar = await startFakeSidecar();
    await using to = deliverer({ base_url: sidecar.url });
    const outcome = await to.deliver({ content: '**Hi**', metadata: { mood: 'good' } }, 3);
    expect(outcome).toEqual({ outcome: 'delivered', status: 200 });
    const [{ headers, body } = { headers: {}, body: {} }] = sidecar.deliveries();
    expect(body).toEqual({
      protocol_version: 1,
      delivery_id: 'dlv_1',
      attempt: 3,
      reply_route: 'room 1',
      conversation: { session_id: 's-1', thread_id: null },
      content: '**Hi**',
      metadata: {
        mood: 'good',
        'trunkline.output_id': 'o-1',
        'trunkline.turn_id': 't-1',
        'trunkline.format': 'markdown',
      },
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer right-token',
      'content-length': String(Buffer.byteLength(JSON.stringify(body))),
      'idempotency-key': 'dlv_1',
      'x-external-protocol-version': '1',
    });
  });

  it('has its files as assets with a path to fetch them', async () => {
    await using sidecar = await startFakeSidecar();
    await using to = deliverer({ base_url: sidecar.url });
    await to.deliver({
      content: 'Here:',
      parts: [
        { type: 'attachment', content_base64: 'aGk=', file_name: 'a.txt', media_type: 'text/plain', caption: 'A file' },
        { type: 'attachment', asset_id: 'ast_gone', file_name: 'b.txt' },
        {
          type: 'buttons',
          rows: [
            [
              { label: 'Yes', value: 'y' },
              { label: 'More', url: 'https://example.com/' },
            ],
          ],
        },
      ],
    });
    const [[id, object] = ['', undefined]] = [...to.objects];
    expect(Buffer.from(object?.bytes ?? []).toString()).toBe('hi');
    const attachment = {
      id,
      media_type: 'text/plain',
      file_name: 'a.txt',
      sha256: '8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4',
      byte_length: 2,
      download_path: `/v1/connectors/external/side/deliveries/dlv_1/assets/${id}/raw`,
    };
    expect(sidecar.deliveries()[0]?.body).toMatchObject({
      content: 'Here:\n\nA file\n\n[file b.txt]\n\n- Yes\n- More: https://example.com/',
      parts: [
        { type: 'text', text: 'Here:' },
        { type: 'text', text: 'A file' },
        { type: 'attachment', attachment },
        { type: 'text', text: '[file b.txt]' },
        { type: 'text', text: '- Yes\n- More: https://example.com/' },
      ],
    });
  });

  it('has words for files where the manifest says that there can be none', async () => {
    await using sidecar = await startFakeSidecar();
    const capabilities = { attachments_in: true, attachments_out: false, threads: false };
    const manifest = { protocol_version: 1, instance_id: 'i-1', capabilities, experimental: false } as const;
    await using to = deliverer({ base_url: sidecar.url }, { record: { manifest } });
    await to.deliver({ parts: [{ type: 'attachment', content_base64: 'aGk=', file_name: 'a.txt' }] });
    expect(sidecar.deliveries()[0]?.body).toMatchObject({ content: '[file a.txt]', parts: [{ type: 'text' }] });
  });

  it.each([
    { bytes: 64 * 1024, outcome: 'delivered' },
    { bytes: 64 * 1024 + 1, outcome: 'retry' },
  ])('takes an answer of $bytes bytes for $outcome', async ({ bytes, outcome }) => {
    await using sidecar = await startFakeSidecar();
    await using to = deliverer({ base_url: sidecar.url });
    const frame = JSON.stringify({ status: 'committed', detail: '' }).length;
    sidecar.answerWith((res) => res.end(JSON.stringify({ status: 'committed', detail: 'x'.repeat(bytes - frame) })));
    expect(await to.deliver({ content: 'x' })).toMatchObject({ outcome });
  });

  it('says nothing of a status, and refuses what the protocol cannot say', async () => {
    await using to = deliverer({ base_url: 'http://127.0.0.1:9' });
    expect(await to.deliver({ status: 'typing' })).toBe('no step');
    expect(await to.deliver({ reaction: { name: 'ok', on: 'm' } })).toMatchObject({ code: 'not_in_protocol' });
  });
});

describe('the network rules', () => {
  it.each([
    { because: 'loopback', fields: { allow_private_network: false }, resolve: undefined },
    {
      because: 'a name that now leads inside',
      fields: { base_url: 'http://side.example', allow_private_network: false },
      resolve: [{ address: '10.0.0.1', family: 4 }],
    },
    {
      because: 'one address of several inside',
      fields: { base_url: 'http://side.example', allow_private_network: false },
      resolve: [
        { address: '93.184.216.34', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
    },
  ])('park what may not be called: $because', async ({ fields, resolve }) => {
    await using to = deliverer(fields, resolve && { resolve });
    expect(await to.deliver({ content: 'x' })).toMatchObject({ outcome: 'park', code: 'address_not_allowed' });
  });

  it('keep a child on this machine, whatever its name leads to', async () => {
    const child = {
      mode: 'child_process',
      base_url: 'http://localhost:9',
      child_process: { command: 'x' },
      allow_private_network: false,
    };
    await using to = deliverer(child, { resolve: [{ address: '93.184.216.34', family: 4 }] });
    expect(await to.deliver({ content: 'x' })).toMatchObject({ code: 'address_not_allowed' });
  });
});

describe('a child process', () => {
  const child = { mode: 'child_process', child_process: { command: 'x' }, allow_private_network: false };

  it('that runs at another replica gets its delivery through that one', async () => {
    await using to = deliverer(child, { record: { gateway: 'there' } });
    expect(await to.deliver({ content: 'x' }, 2)).toEqual({ outcome: 'delivered' });
    expect(to.relayed).toMatchObject([{ gateway: 'there', step: { attempt: 2, deliveryId: 'dlv_1' } }]);
  });

  it('that runs here is called here', async () => {
    await using sidecar = await startFakeSidecar();
    await using to = deliverer({ ...child, base_url: sidecar.url });
    expect(await to.deliver({ content: 'x' })).toMatchObject({ outcome: 'delivered' });
  });
});
