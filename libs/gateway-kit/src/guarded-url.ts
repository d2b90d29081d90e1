import { isIP } from 'node:net';
import { addressAllowed, type NetworkPolicy } from './network-policy.ts';

/** Why an outgoing call is not made at all. */
export type RefusalReason =
  'url_invalid' | 'scheme_not_allowed' | 'userinfo_not_allowed' | 'address_not_allowed' | 'request_invalid';

/** A URL that a call may try; what its name resolves to is judged when connecting. */
export type UrlCheck = { ok: true; url: URL } | { ok: false; reason: RefusalReason };

/**
 * Judges what can be judged without a look-up, for a target that is stored as well as for one that is called.
 *
 * Decimal, octal, hexadecimal and short forms of IPv4 are dotted quads after URL parsing, so they need no case of their own.
 */
export function checkUrl(text: string, policy: NetworkPolicy): UrlCheck {
  const url = URL.parse(text);
  if (!url) return { ok: false, reason: 'url_invalid' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { ok: false, reason: 'scheme_not_allowed' };
  if (url.username !== '' || url.password !== '') return { ok: false, reason: 'userinfo_not_allowed' };
  const literal = ipLiteral(url.hostname);
  if (literal !== undefined && !addressAllowed(literal, policy)) return { ok: false, reason: 'address_not_allowed' };
  return { ok: true, url };
}

/** The address that a host name is, where it is one; brackets removed. */
export function ipLiteral(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}
