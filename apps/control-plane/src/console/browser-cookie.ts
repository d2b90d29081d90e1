import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../is-loopback.ts';

/** A cookie between browser and us that no script can read and no other host can have set. */
export interface BrowserCookie {
  read(req: IncomingMessage): string | undefined;
  /** The `Set-Cookie` that keeps a value in the browser until it expires. */
  keep(req: IncomingMessage, what: { value: string; maxAgeMs: number }): string;
  /** The `Set-Cookie` that makes the browser forget it. */
  forget(req: IncomingMessage): string;
  /** Whether the browser would drop it: it speaks plain HTTP, and not with the machine that it runs on. */
  wouldBeLost(req: IncomingMessage): boolean;
}

export interface BrowserCookieOptions {
  name: `__Host-${string}`;
  sameSite: 'Strict' | 'Lax';
  /** How browsers reach us, where that is not the Host that they send. */
  publicUrl: string | undefined;
}

/** The prefix of the name stands for TLS. On the machine that the browser runs on, without TLS, the name goes without it. */
export function createBrowserCookie({ name, sameSite, publicUrl }: BrowserCookieOptions): BrowserCookie {
  const localName = name.replace('__Host-', '');
  const overTls = publicUrl?.startsWith('https:') === true;
  const isLocal = (req: IncomingMessage) => !overTls && asksThisMachine(req);
  const keep: BrowserCookie['keep'] = (req, { value, maxAgeMs }) => {
    const plain = isLocal(req) && !saysTls(req);
    const attributes = ['Path=/', 'HttpOnly', `SameSite=${sameSite}`, `Max-Age=${Math.floor(maxAgeMs / 1000)}`];
    const pair = `${plain ? localName : name}=${value}`;
    return [pair, ...attributes, ...(plain ? [] : ['Secure'])].join('; ');
  };
  return {
    // Other sites of a domain can set a name without the prefix, so it counts on this machine only.
    read: (req) => readCookie(req, name) ?? (isLocal(req) ? readCookie(req, localName) : undefined),
    keep,
    forget: (req) => keep(req, { value: '', maxAgeMs: 0 }),
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

function readCookie(req: IncomingMessage, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
