import { z } from 'zod';

/** What is wrong with a base URL, without repeating it; `undefined` when nothing is. */
export function urlFault(text: string): string | undefined {
  // The URL parser repairs backslashes, tabs and missing slashes; what we were given must not need it.
  if (!/^https?:\/\/[^/\s\\]/i.test(text) || /[\s\\]/.test(text) || !URL.canParse(text))
    return 'must be an absolute http or https URL';
  if (authorityOf(text).includes('@')) return 'must not hold a user name or password';
  if (/[?#]/.test(text)) return 'must not have a query or fragment';
  return undefined;
}

/** What else is wrong with the base URL of a child process, which must never leave this machine. */
export function loopbackUrlFault(text: string): string | undefined {
  const { hostname, pathname, port } = new URL(text);
  if (!isLoopback(hostname)) return 'must be a loopback address (127.0.0.1, [::1] or localhost) for a child process';
  // The URL parser drops a port that is the scheme's default, so the text itself has to be asked.
  if (!/:\d+$/.test(authorityOf(text)) || port === '0') return 'must name its port for a child process';
  if (pathname !== '/') return 'must not have a path for a child process';
  return undefined;
}

const authorityOf = (url: string) => url.split('//', 2)[1]?.split(/[/?#]/, 1)[0] ?? '';

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** A base URL, kept without trailing slashes so that paths can be appended. Errors never echo it. */
export function baseUrl() {
  return z
    .string()
    .superRefine((text, context) => {
      const fault = urlFault(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .overwrite((text) => text.replace(/\/+$/, ''));
}
