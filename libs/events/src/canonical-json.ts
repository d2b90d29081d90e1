import { hash } from 'node:crypto';

/**
 * One text for equal values (RFC 8785): keys sorted by UTF-16 units, no white space, members that are undefined dropped.
 *
 * Throws a TypeError on what JSON has no form for: numbers that are not finite, half surrogate pairs, functions, dates and other
 * instances of classes.
 */
export function canonicalJson(value: unknown): string {
  return written(value, quotedWellFormed);
}

/** The same, but half surrogate pairs stay as escapes: what platforms send may hold them, and is not ours to refuse. */
export function canonicalJsonOfAnyText(value: unknown): string {
  return written(value, JSON.stringify);
}

type Quote = (text: string) => string;

function written(value: unknown, quote: Quote): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (Number.isFinite(value)) return JSON.stringify(value);
      throw new TypeError('JSON has no form for a number that is not finite.');
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writtenArray(value, quote) : writtenObject(value, quote);
    default:
      throw new TypeError(`JSON has no form for a ${typeof value}.`);
  }
}

function writtenArray(items: readonly unknown[], quote: Quote): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    text += written(items[index] ?? null, quote);
  }
  return `${text}]`;
}

/** Nothing in it has to be escaped, as in nearly every key there is. */
const plainKey = /^[\w.-]*$/;

function writtenObject(object: object, quote: Quote): string {
  if (!isPlain(object)) throw new TypeError('JSON has no form for an instance of a class.');
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    if (text !== '') text += ',';
    text += plainKey.test(key) ? `"${key}":` : `${quote(key)}:`;
    text += written(member, quote);
  }
  return `{${text}}`;
}

function isPlain(object: object): object is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function quotedWellFormed(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('JSON has no form for half a surrogate pair.');
  return JSON.stringify(text);
}

/** SHA-256 as 64 hex digits. */
export const sha256Hex = (bytes: string | Uint8Array): string => hash('sha256', bytes, 'hex');
