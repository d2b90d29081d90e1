import { isUtf8 } from 'node:buffer';
import { problem, type Problem } from '@trunkline/errors';

/** A parsed JSON document, or the problem to answer with (never with a part of the document in it). */
export type JsonRead = { ok: true; value: unknown } | { ok: false; problem: Problem };

/** Objects and arrays inside one another, at most. */
export const maxJsonDepth = 64;

/**
 * Parses a body that came from outside: valid UTF-8, at most 64 levels deep, no key that could reach a prototype.
 *
 * A key that appears twice is no error: the last one wins, as everywhere.
 */
export function parseJson(bytes: Buffer): JsonRead {
  if (!isUtf8(bytes)) return invalid('The body is not valid UTF-8. Send JSON as UTF-8.');
  if (tooDeep(bytes)) return invalid(`The JSON is nested too deeply. Stay within ${maxJsonDepth} levels.`);
  const text = bytes.toString('utf8', startsWithMark(bytes) ? 3 : 0);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('The body is not valid JSON. Check it with a JSON parser.');
  }
  if (suspicious.test(text) && reachesPrototype(value)) {
    return invalid('The JSON has a key "__proto__" or "constructor.prototype". Rename the key.');
  }
  return { ok: true, value };
}

const invalid = (detail: string): JsonRead => ({ ok: false, problem: problem('body_invalid', { detail }) });

/** A byte order mark is not JSON, but some senders put one there; RFC 8259 lets a reader ignore it. */
const startsWithMark = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

const [quote, backslash] = [0x22, 0x5c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Judged on the bytes, in loops: what is too deep never meets a recursive function. */
function tooDeep(bytes: Buffer): boolean {
  // Few documents have that many brackets at all, and counting them costs a tenth of parsing.
  const brackets = countUpTo(maxJsonDepth + 1, bytes, openBrace) + countUpTo(maxJsonDepth + 1, bytes, openBracket);
  return brackets > maxJsonDepth && deeperThan(maxJsonDepth, bytes);
}

function countUpTo(most: number, bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0 && count < most; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}

function deeperThan(limit: number, bytes: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    if (depth > limit) return true;
  }
  return false;
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

/** Text without any of these holds no dangerous key: escapes are the only other way to write one. */
const suspicious = /__proto__|"constructor"|\\u00/;

function reachesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.entries(value).some(
    ([key, inner]) => (key === 'constructor' && hasPrototypeKey(inner)) || reachesPrototype(inner),
  );
}

const hasPrototypeKey = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
