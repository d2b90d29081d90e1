import type { IncomingMessage, RequestListener } from 'node:http';
import { cameOverTls, type TrustedProxies } from '@trunkline/gateway-kit';

export interface SecurityHeaderDeps {
  trustedProxies: TrustedProxies;
  publicUrl: string | undefined;
}

/**
 * Puts the headers on every answer that keep a browser from doing more with it than we meant: nothing is framed, sniffed, stored or
 * told to other sites, and no other site may read it. A page that needs more says so in its own `content-security-policy`.
 */
export function withSecurityHeaders(app: RequestListener, deps: SecurityHeaderDeps): RequestListener {
  const publicTls = deps.publicUrl?.startsWith('https:') === true;
  const overTls = (req: IncomingMessage) => publicTls || cameOverTls(req, deps.trustedProxies);
  return (req, res) => {
    for (const [name, value] of Object.entries(always)) res.setHeader(name, value);
    if (overTls(req)) res.setHeader('strict-transport-security', 'max-age=31536000');
    app(req, res);
  };
}

/** A policy that allows nothing but what is named. */
export function contentSecurityPolicy(allowed: Readonly<Record<string, string>> = {}): string {
  const directives = { ...nothing, ...allowed };
  return Object.entries(directives)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

const nothing = {
  'default-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

const always = {
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy(),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
