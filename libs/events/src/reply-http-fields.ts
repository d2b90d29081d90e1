import { z } from 'zod';

// They carry secrets, or belong to the transport or to our own signature (spec 1.9).
const refusedNames = [
  'authorization',
  'cookie',
  'x-api-key',
  'host',
  'connection',
  'keep-alive',
  'expect',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'forwarded',
  'idempotency-key',
];
const refusedPrefixes = ['proxy-', 'content-', 'x-forwarded-', 'webhook-'];

function isRefused(header: string): boolean {
  const name = header.toLowerCase();
  return refusedNames.includes(name) || refusedPrefixes.some((prefix) => name.startsWith(prefix));
}

const hasRepeats = (names: string[]) => new Set(names.map((name) => name.toLowerCase())).size < names.length;

/** Headers of an http target: names in lower case and sorted; at most 32, without secrets and without what the transport sets. */
export const headersSchema = z
  .record(
    z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'is not a header name'),
    z
      .string()
      .trim()
      .max(1024)
      .regex(/^[\t\x20-\x7e]*$/, 'is not a header value'),
  )
  .refine((headers) => Object.keys(headers).length <= 32, 'are more than 32')
  .refine((headers) => !hasRepeats(Object.keys(headers)), 'name one header twice')
  .refine((headers) => !Object.keys(headers).some(isRefused), {
    error: 'may not carry secrets or transport fields; set egress_signing_secret on the connector instead',
  })
  .transform((headers) =>
    Object.fromEntries(
      Object.entries(headers)
        .map(([name, value]) => [name.toLowerCase(), value] as const)
        .sort(byName),
    ),
  );

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1);

const parsed = (text: string) => (URL.canParse(text) ? new URL(text) : undefined);

/** URL of an http target, normalized: host in lower case, default port and fragment dropped. */
export const urlSchema = z
  .string()
  .max(2048)
  .refine((text) => /^https?:$/.test(parsed(text)?.protocol ?? ''), 'must be an absolute http or https URL')
  .refine((text) => !parsed(text)?.username && !parsed(text)?.password, 'must not hold a user name or password')
  .transform((text) => {
    const url = new URL(text);
    url.hash = '';
    return url.href;
  });
