import { createHmac } from 'node:crypto';
import { Secret, secretOf } from '@trunkline/secrets';
import { verifySlackRequest } from 'slack-edge';
import { describe, expect, it } from 'vitest';
import { docsSecret } from './testing/ready-entry.ts';
import { signed } from './testing/sign.ts';
import { signingKeys, verifyRequest } from './verify.ts';

/** The example of Slack's documentation. */
const docs = {
  at: 1531420618,
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
};
const { at, signature } = docs;

/** Signs any text for any time, also such as Slack never would. */
function sign(timestamp: string, body: string | Buffer = docs.body, secret = docsSecret): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

interface Case {
  signatures?: string[];
  timestamps?: string[];
  body?: string | Buffer;
  now?: number;
  secrets?: Secret[];
}

function verify(given: Case = {}): string {
  const headers = {
    'x-slack-signature': given.signatures ?? [signature],
    'x-slack-request-timestamp': given.timestamps ?? [String(at)],
  };
  const keys = signingKeys(given.secrets ?? [secretOf(docsSecret)]);
  const request = { headers, body: Buffer.from(given.body ?? docs.body) };
  const verified = verifyRequest(request, keys, () => (given.now ?? at) * 1000);
  return verified.ok ? 'ok' : verified.reason;
}

const old = (validUntil: number) => new Secret('old-secret', { validUntil: validUntil * 1000 });
const byOld = sign(String(at), docs.body, 'old-secret');
const noUtf8 = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);

describe('verifyRequest', () => {
  it.each<Case & { is: string; because: string }>([
    { is: 'ok', because: 'the example of the documentation' },
    { now: at + 300, is: 'ok', because: 'five minutes old' },
    { now: at + 301, is: 'timestamp_out_of_range', because: 'older' },
    { now: at - 300, is: 'ok', because: 'five minutes ahead' },
    { now: at - 301, is: 'timestamp_out_of_range', because: 'further ahead' },
    { now: at - 3600, is: 'timestamp_out_of_range', because: 'an hour ahead: it could be replayed for an hour' },
    { body: `${docs.body} `, is: 'signature_mismatch', because: 'a byte more' },
    { body: docs.body.replace('t', 'u'), is: 'signature_mismatch', because: 'a byte flipped' },
    { body: '', is: 'signature_mismatch', because: 'no body' },
    { signatures: [], is: 'signature_missing', because: 'no signature' },
    { timestamps: [], is: 'signature_missing', because: 'no timestamp' },
    { signatures: [signature, signature], is: 'signature_repeated', because: 'two signatures, both right' },
    { signatures: [`${signature}, ${signature}`], is: 'signature_malformed', because: 'two in one header' },
    { timestamps: [String(at), String(at)], is: 'signature_repeated', because: 'two timestamps' },
    { signatures: [signature.replace('v0', 'v1')], is: 'signature_malformed', because: 'another version' },
    { signatures: [signature.toUpperCase()], is: 'signature_malformed', because: 'another spelling' },
    { signatures: [''], is: 'signature_malformed', because: 'blank' },
    {
      signatures: [sign(`+${at}`)],
      timestamps: [`+${at}`],
      is: 'timestamp_malformed',
      because: 'a number of another form',
    },
    { signatures: [sign('')], timestamps: [''], is: 'timestamp_malformed', because: 'a blank timestamp' },
    { signatures: [sign(String(at), noUtf8)], body: noUtf8, is: 'ok', because: 'raw bytes, whatever they are' },
    {
      signatures: [sign(String(at), noUtf8.toString())],
      body: noUtf8,
      is: 'signature_mismatch',
      because: 'not the text that a lossy decoder makes of the bytes',
    },
    { secrets: [], is: 'signature_mismatch', because: 'without a secret nobody gets in' },
    {
      secrets: [secretOf('')],
      signatures: [sign(String(at), docs.body, '')],
      is: 'signature_mismatch',
      because: 'nor with a blank one',
    },
    { secrets: [secretOf(docsSecret), old(at + 1)], is: 'ok', because: 'the new secret of a rotation' },
    {
      secrets: [secretOf(docsSecret), old(at + 1)],
      signatures: [byOld],
      is: 'ok',
      because: 'the old one in its grace window',
    },
    {
      secrets: [secretOf(docsSecret), old(at)],
      signatures: [byOld],
      is: 'signature_mismatch',
      because: 'the old one after it',
    },
  ])('$because: $is', ({ is, because: _because, ...given }) => {
    expect(verify(given)).toBe(is);
  });

  it('tells which secret let the request in', () => {
    const headers = { 'x-slack-signature': [byOld], 'x-slack-request-timestamp': [String(at)] };
    const rotated = old(at + 1);
    const keys = signingKeys([secretOf(docsSecret), rotated]);
    const verified = verifyRequest({ headers, body: Buffer.from(docs.body) }, keys, () => at * 1000);
    expect(verified).toEqual({ ok: true, used: rotated });
  });

  it('agrees with slack-edge about what a signed request is', async () => {
    const body = '{"text":"grüße 🎉"}';
    const list = signed(body);
    const headers = new Headers(
      list.flatMap((name, index) => (index % 2 ? [] : [[name, list[index + 1] ?? ''] as [string, string]])),
    );
    expect(await verifySlackRequest(docsSecret, headers, body)).toBe(true);
    expect(await verifySlackRequest(docsSecret, headers, `${body} `)).toBe(false);
    const distinct = Object.fromEntries([...headers].map(([name, value]) => [name, [value]]));
    const own = (text: string) =>
      verifyRequest({ headers: distinct, body: Buffer.from(text) }, signingKeys([secretOf(docsSecret)]), Date.now).ok;
    expect(own(body)).toBe(true);
    expect(own(`${body} `)).toBe(false);
  });
});
