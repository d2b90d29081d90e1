import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { benchSecret } from './signed-requests.ts';
import { benchSlack } from './slack-requests.ts';

/** A name for a request that is signed, for the stream to tell repeats by; `undefined` for one that is not. */
export type Prove = (headers: IncomingHttpHeaders, body: Buffer) => string | undefined;

const httpKey = createSecretKey(Buffer.from(benchSecret.slice('whsec_'.length), 'base64'));
const slackKey = createSecretKey(Buffer.from(benchSlack.signingSecret));

const isFresh = (timestamp: string) => Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300;

function isSame(mine: string, theirs: string): boolean {
  const [expected, given] = [Buffer.from(mine), Buffer.from(theirs)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The least that a gateway must check, by kind: Standard Webhooks; Slack's v0, over the bytes as they came. */
export const proofs: Readonly<Record<'http' | 'slack', Prove>> = {
  http(headers, body) {
    const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
    const expected = createHmac('sha256', httpKey).update(`${id}.${timestamp}.`).update(body).digest('base64');
    const signed = isSame(`v1,${expected}`, String(headers['webhook-signature']));
    return signed && isFresh(timestamp) ? id : undefined;
  },
  slack(headers, body) {
    const timestamp = String(headers['x-slack-request-timestamp']);
    const signature = String(headers['x-slack-signature']);
    const expected = createHmac('sha256', slackKey).update(`v0:${timestamp}:`).update(body).digest('hex');
    return isSame(`v0=${expected}`, signature) && isFresh(timestamp) ? signature : undefined;
  },
};
