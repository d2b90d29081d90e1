import { createHmac } from 'node:crypto';

/** The headers that Slack signs a request with: v0, HMAC-SHA256 over the bytes that are sent; `timestamp` in seconds. */
export function signatureHeaders(of: { secret: string; body: Buffer | string; timestamp: number }): {
  'x-slack-signature': string;
  'x-slack-request-timestamp': string;
} {
  const mac = createHmac('sha256', of.secret).update(`v0:${of.timestamp}:`).update(of.body).digest('hex');
  return { 'x-slack-signature': `v0=${mac}`, 'x-slack-request-timestamp': String(of.timestamp) };
}
