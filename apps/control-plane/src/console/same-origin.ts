import type { IncomingMessage } from 'node:http';

/** Why a request does not come from a page of ours; `undefined` when it does, or when no browser sent it. */
export function foreignOrigin(req: IncomingMessage, publicUrl: string | undefined): string | undefined {
  const { origin, host } = req.headers;
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'A page of another site sent it.';
  if (origin === undefined) return undefined;
  const own = [host, publicUrl === undefined ? undefined : new URL(publicUrl).host];
  // The scheme is not compared: a proxy in front ends TLS, and sec-fetch-site already told the two apart.
  if (URL.canParse(origin) && own.includes(new URL(origin).host)) return undefined;
  return 'Its Origin is not the host that it asks. Behind a proxy that changes Host, give --public-url.';
}
