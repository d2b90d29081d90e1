import { createHmac, type KeyObject } from 'node:crypto';

/**
 * The Standard Webhooks headers of one outgoing request. With several keys in force it bears a signature of each, so that
 * the receiver may change over at any time; with none it bears no signature.
 */
export function webhookHeaders(
  message: { id: string; body: string },
  keys: readonly KeyObject[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers = { 'webhook-id': message.id, 'webhook-timestamp': timestamp };
  if (keys.length === 0) return headers;
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return { ...headers, 'webhook-signature': signatures.join(' ') };
}
