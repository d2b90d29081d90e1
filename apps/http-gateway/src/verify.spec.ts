import { createHmac } from 'node:crypto';

import { sign as githubSign } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Secret, secretOf } from '@trunkline/secrets';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

import type { DistinctHeaders, SignatureSchemeName } from './signature-schemes.ts';
import { bearerKeys, signingKeys, verifyRequest } from './verify.ts';

const nowSeconds = 1_614_265_330;
const now = () => nowSeconds * 1000 + 999;
const body = Buffer.from('{"test": 2432232314}');
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const stripe = new Stripe('sk_test_unused');

interface Attempt {
  scheme: SignatureSchemeName;
  secret: string;
  headers: DistinctHeaders;
  body?: Buffer;
  at?: () => number;
}

function check({ scheme, secret, headers, body: bytes = body, at = now }: Attempt): string {
  const signing = { scheme, keys: signingKeys(scheme, [secretOf(secret)]), maxAgeSeconds: 300 };
  const result = verifyRequest({ headers, body: bytes }, { signing }, at);
  return result.ok ? 'verified' : result.reason;
}

const standardHeaders = (
  signature: string,
  seconds: number | string = nowSeconds,
  id = 'msg_p5jXN8AQM9LWM0D4loKWxJek',
) => ({
  'webhook-id': [id],
  'webhook-timestamp': [String(seconds)],
  'webhook-signature': [signature],
});

/** A correctly signed request of each scheme, made by a peer that is not ours wherever there is one. */
const signers: Record<
  SignatureSchemeName,
  (secret: string, bytes: Buffer, seconds: number) => Promise<DistinctHeaders>
> = {
  'standard-webhooks': (secret, bytes, seconds) =>
    Promise.resolve(
      standardHeaders(new Webhook(secret).sign('msg_1', new Date(seconds * 1000), bytes), seconds, 'msg_1'),
    ),
  github: async (secret, bytes) => ({ 'x-hub-signature-256': [await githubSign(secret, bytes.toString())] }),
  stripe: (secret, bytes, seconds) =>
    Promise.resolve({
      'stripe-signature': [
        stripe.webhooks.generateTestHeaderString({ payload: bytes.toString(), secret, timestamp: seconds }),
      ],
    }),
  shopify: (secret, bytes) =>
    Promise.resolve({ 'x-shopify-hmac-sha256': [createHmac('sha256', secret).update(bytes).digest('base64')] }),
  'hmac-sha256-hex': (secret, bytes, seconds) =>
    Promise.resolve({
      'x-timestamp': [String(seconds)],
      'x-signature': [`sha256=${createHmac('sha256', secret).update(`${seconds}.`).update(bytes).digest('hex')}`],
    }),
};
const schemes = Object.keys(signers) as SignatureSchemeName[];
const timestamped = ['standard-webhooks', 'stripe', 'hmac-sha256-hex'] as const;

describe('published vectors', () => {
  it('accepts the Standard Webhooks vector', () => {
    const headers = standardHeaders('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(check({ scheme: 'standard-webhooks', secret: whsec, headers })).toBe('verified');
  });

  it('accepts the GitHub vector', () => {
    const headers = {
      'x-hub-signature-256': ['sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'],
    };
    const secret = "It's a Secret to Everybody";
    expect(check({ scheme: 'github', secret, headers, body: Buffer.from('Hello, World!') })).toBe('verified');
  });
});

describe.each(schemes)('%s', (scheme) => {
  it('accepts what an independent signer signed', async () => {
    expect(check({ scheme, secret: whsec, headers: await signers[scheme](whsec, body, nowSeconds) })).toBe('verified');
  });

  it('refuses another secret', async () => {
    const headers = await signers[scheme]('whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==', body, nowSeconds);
    expect(check({ scheme, secret: whsec, headers })).toBe('signature_mismatch');
  });

  it('accepts the old and the new secret in a rotation, in one value or in two', async () => {
    const headers = await signers[scheme](whsec, body, nowSeconds);
    const other = 'whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0';
    for (const secrets of [[`${other} \n${whsec}`], [whsec, other]]) {
      const signing = { scheme, keys: signingKeys(scheme, secrets.map(secretOf)), maxAgeSeconds: 300 };
      expect(verifyRequest({ headers, body }, { signing }, now).ok).toBe(true);
    }
  });

  it.each(['', '  ', 'whsec_'].filter((secret) => scheme === 'standard-webhooks' || secret !== 'whsec_'))(
    'never verifies with the empty secret %j',
    (secret) => {
      const signature = (encoding: 'hex' | 'base64', prefix = '') =>
        createHmac('sha256', '').update(prefix).update(body).digest(encoding);
      const headers: DistinctHeaders = {
        'x-hub-signature-256': [`sha256=${signature('hex')}`],
        'x-signature': [`sha256=${signature('hex')}`],
        'x-shopify-hmac-sha256': [signature('base64')],
        ...standardHeaders(`v1,${signature('base64', `msg_1.${nowSeconds}.`)}`, nowSeconds, 'msg_1'),
        'stripe-signature': [`t=${nowSeconds},v1=${signature('hex', `${nowSeconds}.`)}`],
      };
      expect(check({ scheme, secret, headers })).toBe('signature_mismatch');
    },
  );

  it('refuses a repeated header, whatever it says', async () => {
    const headers = await signers[scheme](whsec, body, nowSeconds);
    for (const [name, values] of Object.entries(headers)) {
      const repeated = { ...headers, [name]: [...(values ?? []), ...(values ?? [])] };
      expect(check({ scheme, secret: whsec, headers: repeated }), name).toBe('header_repeated');
    }
  });

  it('refuses a request without its headers', () => {
    expect(check({ scheme, secret: whsec, headers: {} })).toMatch(/_missing$/);
  });

  it('verifies bytes, not text: invalid UTF-8 is signed and verified as it is', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const own = createHmac('sha256', 'whole').update(bytes);
    if (scheme === 'github') {
      const headers = { 'x-hub-signature-256': [`sha256=${own.digest('hex')}`] };
      expect(check({ scheme, secret: 'whole', headers, body: bytes })).toBe('verified');
    }
    const text = Buffer.from(bytes.toString('utf8'));
    const headers = await signers[scheme](whsec, text, nowSeconds);
    expect(check({ scheme, secret: whsec, headers, body: bytes })).toBe('signature_mismatch');
  });

  it('refuses any flipped bit in the body or in a header', async () => {
    const headers = await signers[scheme](whsec, body, nowSeconds);
    const names = Object.keys(headers);
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), fc.nat(names.length), (position, bit, where) => {
        const name = names[where];
        if (name === undefined) {
          const flipped = Buffer.from(body);
          flipped[position % body.length]! ^= 1 << bit;
          expect(check({ scheme, secret: whsec, headers, body: flipped })).not.toBe('verified');
          return;
        }
        const value = Buffer.from(headers[name]?.[0] ?? '', 'latin1');
        value[position % value.length]! ^= 1 << bit;
        const changed = { ...headers, [name]: [value.toString('latin1')] };
        expect(check({ scheme, secret: whsec, headers: changed })).not.toBe('verified');
      }),
      { numRuns: 300 },
    );
  });

  it('does not make keys of the words of a passphrase', async () => {
    const headers = await signers[scheme]('Everybody', body, nowSeconds).catch(() => ({}));
    expect(check({ scheme, secret: "It's a Secret to Everybody", headers })).not.toBe('verified');
  });

  it('never throws on arbitrary headers', () => {
    const value = fc.array(fc.oneof(fc.string(), fc.constantFrom('sha256=', 't=1,v1=', 'v1,', 'v1,= v1a,')), {
      maxLength: 3,
    });
    const names = [
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'stripe-signature',
      'x-signature',
      'x-timestamp',
    ];
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names, 'x-hub-signature-256'), value),
        fc.uint8Array(),
        (headers, bytes) => {
          expect(check({ scheme, secret: whsec, headers, body: Buffer.from(bytes) })).not.toBe('verified');
        },
      ),
    );
  });
});

describe.each(timestamped)('age of %s', (scheme) => {
  it.each([
    { offset: -300, verdict: 'verified', because: 'five minutes late is still in time' },
    { offset: -301, verdict: 'timestamp_out_of_range', because: 'a replay is refused' },
    { offset: 300, verdict: 'verified', because: 'clocks differ in both directions' },
    { offset: 301, verdict: 'timestamp_out_of_range', because: 'a future time would make a replay last' },
    { offset: 1e6, verdict: 'timestamp_out_of_range', because: 'the far future is refused as well' },
  ])('$offset s: $because', async ({ offset, verdict }) => {
    const headers = await signers[scheme](whsec, body, nowSeconds + offset);
    expect(check({ scheme, secret: whsec, headers })).toBe(verdict);
  });
});

describe('Standard Webhooks lists', () => {
  const good = new Webhook(whsec).sign('msg_1', new Date(nowSeconds * 1000), body);
  it.each([
    { list: `v1,AAAA ${good}`, verdict: 'verified', because: 'one of several is enough' },
    { list: `v1a,c2ln ${good}`, verdict: 'verified', because: 'ed25519 values are skipped' },
    { list: good.replace('v1,', 'v1a,'), verdict: 'header_malformed', because: 'no v1 value is left' },
    { list: good.replace('v1,', 'v2,'), verdict: 'header_malformed', because: 'an unknown version proves nothing' },
    { list: good.replace('v1,', ''), verdict: 'header_malformed', because: 'a bare digest has no version' },
  ])('$because', ({ list, verdict }) => {
    const headers = standardHeaders(list, nowSeconds, 'msg_1');
    expect(check({ scheme: 'standard-webhooks', secret: whsec, headers })).toBe(verdict);
  });

  it('refuses a timestamp that is not plain seconds', () => {
    for (const seconds of ['1614265330.5', '-1', '1e9', '', ' 1614265330', '0x1']) {
      expect(
        check({ scheme: 'standard-webhooks', secret: whsec, headers: standardHeaders(good, seconds, 'msg_1') }),
      ).not.toBe('verified');
    }
  });

  it('takes a secret that is not base64 as no key at all', () => {
    expect(signingKeys('standard-webhooks', [secretOf('whsec_not*base64')])).toEqual([]);
  });
});

describe('Stripe', () => {
  it('is verified with the literal secret, which Standard Webhooks would decode', async () => {
    const headers = await signers.stripe(whsec, body, nowSeconds);
    expect(check({ scheme: 'stripe', secret: whsec.slice('whsec_'.length), headers })).toBe('signature_mismatch');
  });

  it('accepts one of several v1 values and refuses two times', () => {
    const header = stripe.webhooks.generateTestHeaderString({
      payload: body.toString(),
      secret: whsec,
      timestamp: nowSeconds,
    });
    expect(check({ scheme: 'stripe', secret: whsec, headers: { 'stripe-signature': [`${header},v1=00,v0=11`] } })).toBe(
      'verified',
    );
    const twice = { 'stripe-signature': [`t=${nowSeconds},${header}`] };
    expect(check({ scheme: 'stripe', secret: whsec, headers: twice })).toBe('header_malformed');
  });
});

describe('hmac-sha256-hex', () => {
  const secret = 'plain';
  const signed = (text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;

  it('covers the body alone when there is no X-Timestamp', () => {
    const headers = { 'x-signature': [signed(body.toString())] };
    expect(check({ scheme: 'hmac-sha256-hex', secret, headers })).toBe('verified');
  });

  it('is not fooled by a timestamp that moves from the header into the body', () => {
    const old = `1500000000.${body.toString()}`;
    const headers = { 'x-signature': [signed(old)] };
    expect(check({ scheme: 'hmac-sha256-hex', secret, headers, body: Buffer.from(old) })).toBe('timestamp_missing');
  });
});

describe('a replaced secret', () => {
  const current = new Secret('current-secret', { version: 2 });
  const replaced = new Secret('replaced-secret', { version: 1, validUntil: now() + 1000 });
  const signing = { scheme: 'github' as const, keys: signingKeys('github', [current, replaced]), maxAgeSeconds: 300 };

  it('verifies until its grace window ends, and is named as the one that was used', async () => {
    const request = { headers: await signers.github('replaced-secret', body, nowSeconds), body };
    expect(verifyRequest(request, { signing }, now)).toMatchObject({ ok: true, used: [replaced] });
    expect(verifyRequest(request, { signing }, () => now() + 1000)).toMatchObject({ ok: false });
  });

  it('does not shadow the current one', async () => {
    const request = { headers: await signers.github('current-secret', body, nowSeconds), body };
    expect(verifyRequest(request, { signing }, () => now() + 2000)).toMatchObject({ ok: true, used: [current] });
  });
});

describe('bearer', () => {
  const bearer = bearerKeys(['old-token', ' new-token\n', ' '].map(secretOf));
  const attempt = (headers: DistinctHeaders, accessToken?: string) => {
    const result = verifyRequest({ headers, body, accessToken }, { bearer }, now);
    return result.ok ? 'verified' : result.reason;
  };

  it.each([
    { headers: { authorization: ['Bearer new-token'] }, verdict: 'verified', because: 'the current token' },
    {
      headers: { authorization: ['bearer old-token'] },
      verdict: 'verified',
      because: 'the scheme has no case; old is in grace',
    },
    { headers: { authorization: ['Bearer New-token'] }, verdict: 'bearer_mismatch', because: 'tokens have case' },
    { headers: { authorization: ['Bearer '] }, verdict: 'bearer_missing', because: 'empty is no token' },
    { headers: { authorization: ['Basic new-token'] }, verdict: 'bearer_missing', because: 'another scheme' },
    {
      headers: { authorization: ['Bearer new-token', 'Bearer new-token'] },
      verdict: 'bearer_repeated',
      because: 'two headers',
    },
    { headers: {}, verdict: 'bearer_missing', because: 'nothing was presented' },
  ])('$because: $verdict', ({ headers, verdict }) => expect(attempt(headers)).toBe(verdict));

  it('takes ?access_token= instead of the header, never beside it', () => {
    expect(attempt({}, 'new-token')).toBe('verified');
    expect(attempt({ authorization: ['Bearer new-token'] }, 'new-token')).toBe('bearer_repeated');
  });

  it('refuses everybody when no token is usable', () => {
    const result = verifyRequest({ headers: { authorization: ['Bearer x'] }, body }, { bearer: [] }, now);
    expect(result).toEqual({ ok: false, reason: 'bearer_mismatch' });
  });

  it('is asked for in addition to a signature', async () => {
    const headers = await signers.github('s', body, nowSeconds);
    const credentials = {
      bearer,
      signing: { scheme: 'github' as const, keys: signingKeys('github', [secretOf('s')]), maxAgeSeconds: 300 },
    };
    expect(verifyRequest({ headers, body }, credentials, now).ok).toBe(false);
    expect(
      verifyRequest({ headers: { ...headers, authorization: ['Bearer new-token'] }, body }, credentials, now).ok,
    ).toBe(true);
  });

  it('lets anybody in, unauthenticated, when nothing is configured', () => {
    expect(verifyRequest({ headers: {}, body }, {}, now)).toEqual({ ok: true, authenticated: false, used: [] });
  });
});
