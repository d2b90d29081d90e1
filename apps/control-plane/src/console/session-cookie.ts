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
  const keep: SessionCookie['keep'] = (req, { sealed, maxAgeMs }) => {
    const plain = isLocal(req) && !saysTls(req);
    const attributes = ['Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${Math.floor(maxAgeMs / 1000)}`];
    const pair = `${plain ? localCookie : sessionCookie}=${sealed}`;
    return { 'set-cookie': [pair, ...attributes, ...(plain ? [] : ['Secure'])].join('; ') };
  };
  return {
    // The name without the prefix could be set by other sites of a domain, so it counts on this machine only.
    read: (req) => readCookie(req, sessionCookie) ?? (isLocal(req) ? readCookie(req, localCookie) : undefined),
    keep,
    forget: (req) => keep(req, { sealed: '', maxAgeMs: 0 }),
    wouldBeLost: (req) => req.headers.origin?.startsWith('http:') === true && !isLocal(req),
  };
}

const saysTls = ({ headers }: IncomingMessage) =>
  headers.origin?.startsWith('https:') === true || headers['x-forwarded-proto'] === 'https';

/** Whether the browser asks the machine that it runs on, as the Host of its URL says. */
function asksThisMachine({ headers }: IncomingMessage): boolean {
  const url = `http://${headers.host}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** The value of a cookie. */
export function readCookie(req: IncomingMessage, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
