import { createHmac, type KeyObject } from 'node:crypto';
import { webhookHeaders } from './sign-webhook.ts';
import type { SignatureSchemeName } from './signature-schemes.ts';

interface Signed {
  id: string;
  body: string;
  key: KeyObject;
  nowMs: number;
}

/** The headers by which a sender of each scheme signs a request: what `signatureSchemes` reads. */
const signers: Readonly<Record<SignatureSchemeName, (request: Signed) => Record<string, string>>> = {
  'standard-webhooks': ({ id, body, key, nowMs }) => webhookHeaders({ id, body }, [key], nowMs),
  github: ({ body, key }) => ({ 'x-hub-signature-256': `sha256=${digest(key, body, 'hex')}` }),
  stripe({ body, key, nowMs }) {
    const at = seconds(nowMs);
    return { 'stripe-signature': `t=${at},v1=${digest(key, `${at}.${body}`, 'hex')}` };
  },
  shopify: ({ body, key }) => ({ 'x-shopify-hmac-sha256': digest(key, body, 'base64') }),
  'hmac-sha256-hex'({ body, key, nowMs }) {
    const at = seconds(nowMs);
    return { 'x-timestamp': at, 'x-signature': `sha256=${digest(key, `${at}.${body}`, 'hex')}` };
  },
};

/** Signs a request as its sender would. */
export const signRequest = (scheme: SignatureSchemeName, request: Signed): Record<string, string> =>
  signers[scheme](request);

const seconds = (ms: number) => String(Math.floor(ms / 1000));

const digest = (key: KeyObject, text: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', key).update(text).digest(encoding);
