import { secretOf, type Secret } from '@trunkline/secrets';
import type { Parsed, Parser } from './option.ts';

function parser<V>(placeholder: string | undefined, parse: (text: string) => Parsed<V>): Parser<V> {
  return Object.assign(parse, placeholder === undefined ? {} : { placeholder });
}

/** Any text, as it is. */
export const text = (placeholder = 'TEXT') => parser<string>(placeholder, (given) => ({ value: given }));

/** A whole number between two bounds, both included. */
export function integer({ min, max }: { min: number; max: number }): Parser<number> {
  return parser<number>('N', (given) => {
    const value = /^-?\d{1,15}$/.test(given.trim()) ? Number(given) : NaN;
    return value >= min && value <= max ? { value } : { problem: `must be a whole number from ${min} to ${max}` };
  });
}

/** A TCP port; 0 means any free one. */
export const port = () => parser<number>('PORT', integer({ min: 0, max: 65_535 }));

const yes = ['true', '1', 'yes', 'on'];
const no = ['false', '0', 'no', 'off'];

/** A switch: `--flag`, `--no-flag`, or a variable that says true or false. */
export function toggle(): Parser<boolean> {
  return parser<boolean>(undefined, (given) => {
    const word = given.trim().toLowerCase();
    if (yes.includes(word)) return { value: true };
    return no.includes(word) ? { value: false } : { problem: 'must be true or false' };
  });
}

/** One of a fixed set of words. */
export function choice<const W extends string>(words: readonly W[]): Parser<W> {
  return parser<W>(words.join('|'), (given) => {
    const value = words.find((word) => word === given.trim());
    return value === undefined ? { problem: `must be one of ${words.join(', ')}` } : { value };
  });
}

/** Words separated by commas or white space; blank ones are dropped. */
export function list(placeholder = 'A,B'): Parser<string[]> {
  return parser<string[]>(placeholder, (given) => ({ value: given.split(/[\s,]+/).filter((word) => word !== '') }));
}

/** An absolute URL with one of these protocols. */
export function url(protocols: readonly string[] = ['http', 'https']): Parser<string> {
  return parser<string>('URL', (given) => {
    const value = given.trim();
    const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
    if (protocol !== undefined && protocols.includes(protocol)) return { value };
    return { problem: `must be an absolute URL with ${protocols.join(' or ')}` };
  });
}

/** A value that is never printed. One newline at its end, as files have it, is dropped. */
export function secret(): Parser<Secret> {
  return parser<Secret>('SECRET', (given) => {
    const value = given.replace(/\r?\n$/, '');
    return value.trim() === '' ? { problem: 'must not be blank' } : { value: secretOf(value) };
  });
}

/** NATS server URLs, separated by commas. */
export function natsUrls(): Parser<string[]> {
  const one = url(['nats', 'tls', 'ws', 'wss']);
  return parser<string[]>('URL[,URL]', (given) => {
    const urls = given.split(/[\s,]+/).filter((each) => each !== '');
    // The NATS client takes host:port too, and so do people.
    const bad = urls.some((each) => each.includes('://') && 'problem' in one(each));
    return bad || urls.length === 0 ? { problem: 'must be NATS URLs such as nats://host:4222' } : { value: urls };
  });
}

/** URLs as a log may show them: without user and password. */
export function withoutUserinfo(urls: readonly string[]): string[] {
  return urls.map((each) => each.replace(/^([a-z]+:\/\/)?.*@/i, '$1'));
}
