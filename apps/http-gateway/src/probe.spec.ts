import { createGuardedFetch } from '@trunkline/gateway-kit';
import { secretOf } from '@trunkline/secrets';
import { afterAll, describe, expect, it } from 'vitest';
import { createOwnMarks } from './own-mark.ts';
import { httpProbe } from './probe.ts';
import { readyEntry } from './testing/ready-entry.ts';
import { receivingApp } from './testing/receiving-app.ts';

const fetch = createGuardedFetch();
afterAll(() => fetch.close());
const marks = createOwnMarks('only-we-know');
const mark = marks.trial;

/** Probes an ingress that has `known` with a connector that has `tried`, which is the same unless told. */
async function probe(known = readyEntry(), tried = known) {
  await using app = await receivingApp([known], { marks });
  const checks = await httpProbe({
    ...{ ingressUrl: `http://127.0.0.1:${app.port}`, mark, fetch, now: Date.now },
  })(tried);
  if (!Array.isArray(checks)) throw new Error('no checks');
  const found = await checks[0]?.run(AbortSignal.timeout(5_000));
  expect(app.emitted).toEqual([]);
  return { ...found, logged: app.logged };
}

const base64 = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('the probe of an http connector', () => {
  it.each([
    { because: 'a bearer token', fields: { bearer_token: 'right' } },
    { because: 'Standard Webhooks', fields: { signing_secret: base64 } },
    { because: 'GitHub', fields: { signing_secret: 's3cret-word', signature_scheme: 'github' } },
    { because: 'Stripe', fields: { signing_secret: 's3cret-word', signature_scheme: 'stripe' } },
    { because: 'Shopify', fields: { signing_secret: 's3cret-word', signature_scheme: 'shopify' } },
    { because: 'plain HMAC', fields: { signing_secret: 's3cret-word', signature_scheme: 'hmac-sha256-hex' } },
    { because: 'both at once', fields: { bearer_token: 'right', signing_secret: base64 } },
    { because: 'raw payloads, of which any would be an event', fields: { bearer_token: 'r', payload_format: 'raw' } },
  ])('is let in with $because, and stores nothing', async ({ fields }) => {
    const found = await probe(readyEntry({ ...fields, allow_unauthenticated_ingress: false }));
    expect(found).toMatchObject({ outcome: 'ok', detail: expect.stringContaining('current secrets') });
    expect(found.logged).toMatchObject([{ outcome: 'probed' }]);
  });

  it('tells that a connector is open to anybody', async () => {
    expect(await probe()).toMatchObject({ outcome: 'ok', detail: expect.stringContaining('anybody') });
  });

  it('fails where the ingress knows another secret, and where none can be a key', async () => {
    const other = readyEntry({ bearer_token: 'other' });
    expect(await probe(readyEntry({ bearer_token: 'right' }), other)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('401'),
    });
    const unusable = readyEntry({ signing_secret: 'not base64!' });
    expect(await probe(unusable)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('signing_secret'),
    });
  });

  it('shows the newest secret of a rotation', async () => {
    const bearer_token = [secretOf('new'), secretOf('old')];
    expect(await probe(readyEntry({ bearer_token: 'x' }, { bearer_token }))).toMatchObject({ outcome: 'ok' });
  });

  it('fails where nothing listens', async () => {
    const deps = { ingressUrl: 'http://127.0.0.1:1', mark, fetch, now: Date.now };
    const checks = await httpProbe(deps)(readyEntry());
    expect(Array.isArray(checks) && (await checks[0]?.run(AbortSignal.timeout(5_000)))).toMatchObject({
      outcome: 'failed',
    });
  });
});

describe('the mark of a probe', () => {
  it('is nothing that a caller can make up', async () => {
    await using app = await receivingApp([readyEntry()], { marks });
    await app.send({
      headers: ['trunkline-probe', 'a-guess', 'content-type', 'application/json'],
      body: '{"content":"x"}',
    });
    await app.send({
      headers: ['trunkline-probe', 'a-guess', 'content-type', 'application/json'],
      body: '{"content":"x","idempotency_key":"k"}',
    });
    expect(app.logged).not.toContainEqual(expect.objectContaining({ outcome: 'probed' }));
  });
});
