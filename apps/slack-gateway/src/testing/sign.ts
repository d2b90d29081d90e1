import { createHmac } from 'node:crypto';
import { docsSecret } from './ready-entry.ts';

/** Headers that Slack would send with this body, as a flat list. */
export function signed(
  body: string | Buffer,
  { secret = docsSecret, at = Math.floor(Date.now() / 1000), type = 'application/json' } = {},
): string[] {
  const digest = createHmac('sha256', secret).update(`v0:${at}:`).update(body).digest('hex');
  return ['content-type', type, 'x-slack-request-timestamp', String(at), 'x-slack-signature', `v0=${digest}`];
}
