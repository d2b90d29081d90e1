import type { IncomingMessage } from 'node:http';
import { sessionCookie } from '@trunkline/control-api';
import { isLoopback } from '../is-loopback.ts';

/** Without the prefix, which browsers accept over TLS only: for people who open the console on the machine it runs on. */
const localCookie = sessionCookie.replace('__Host-', '');

/** The console's session between browser and us. */
export interface SessionCookie {
  /** The session that a request carries, still sealed. */
  read(req: IncomingMessage): string | undefined;
  /** The header that keeps a session in the browser until it expires. */
  keep(req: IncomingMessage, session: { sealed: string; maxAgeMs: number }): Record<string, string>;
  /** The header that makes the browser forget it. */
  forget(req: IncomingMessage): Record<string, string>;
  /** Whether the browser would drop it: it speaks plain HTTP, and not with the machine that it runs on. */
  wouldBeLost(req: IncomingMessage): boolean;
}

export function createSessionCookie({ publicUrl }: { publicUrl: string | undefined }): SessionCookie {
  const overTls = publicUrl?.startsWith('https:') === true;
  const isLocal = (req: IncomingMessage) => !overTls && asksThisMachine(req);
  // The name without the prefix could be set by other sites of a domain, so it counts nowhere else.
  const nameFor = (req: IncomingMessage) => (isLocal(req) ? localCookie : sessionCookie);
  const keep: SessionCookie['keep'] = (req, { sealed, maxAgeMs }) => {
    const name = nameFor(req);
    const maxAge = Math.floor(maxAgeMs / 1000);
    const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAge}`];
    if (name === sessionCookie) attributes.push('Secure');
    return { 'set-cookie': [`${name}=${sealed}`, ...attributes].join('; ') };
  };
  return {
    read: (req) => readCookie(req, nameFor(req)),
    keep,
    forget: (req) => keep(req, { sealed: '', maxAgeMs: 0 }),
    wouldBeLost: (req) => req.headers.origin?.startsWith('http:') === true && !isLocal(req),
  };
}

/** Whether the browser asks the machine that it runs on, without TLS. */
function asksThisMachine({ headers }: IncomingMessage): boolean {
  if (headers.origin?.startsWith('https:') || headers['x-forwarded-proto'] === 'https') return false;
  const url = `http://${headers.host}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** The value of a cookie. */
export function readCookie(req: IncomingMessage, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
