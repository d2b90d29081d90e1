import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The first of `names` (lower case) that the request carries more than once.
 *
 * node keeps only the first `Authorization` and joins most other repeated headers with commas, so a signature could be
 * judged on another value than a proxy saw. Refuse such a request instead.
 */
export function repeatedHeader(req: Pick<IncomingMessage, 'rawHeaders'>, names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  const { rawHeaders } = req;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!names.includes(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** The token of an `Authorization: Bearer` header; `undefined` for none, another scheme or an empty token. */
export function bearerToken(req: Pick<IncomingMessage, 'headers'>): string | undefined {
  return /^bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1];
}

/** Compares without telling by its duration where or in which length two texts differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The request's query as it stands in its URL; empty when there is none. */
export function queryOf(req: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const url = req.url ?? '';
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}
