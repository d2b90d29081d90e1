import { randomBytes } from 'node:crypto';

/** The same trace under a new span id (W3C Trace Context), or `undefined` where there is no valid parent. */
export function childTraceparent(parent: string | undefined): string | undefined {
  const match = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(parent ?? '');
  return match ? `00-${match[1]}-${randomBytes(8).toString('hex')}-${match[2]}` : undefined;
}
