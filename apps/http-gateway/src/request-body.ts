import { isUtf8 } from 'node:buffer';
import { parseJson } from '@trunkline/gateway-kit';
import type { DistinctHeaders } from './signature-schemes.ts';

/** The media type alone, lower case, without parameters. */
export function mediaTypeOf(headers: DistinctHeaders): string | undefined {
  return headers['content-type']?.[0]?.split(';', 1)[0]?.trim().toLowerCase();
}

/** `application/json` and everything `+json`. */
export const isJsonType = (type: string | undefined) => type === 'application/json' || type?.endsWith('+json') === true;

/** The bytes as text, or `undefined` when they are not UTF-8. */
export const readText = (bytes: Buffer) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined);

/** A body of any kind as data: JSON, a form's fields, or text. */
export type AnyBody = { ok: true; value: unknown } | { ok: false; detail: string };

/** Reads a raw body by its content type: JSON, form, else text. */
export function readAnyBody(headers: DistinctHeaders, bytes: Buffer): AnyBody {
  const type = mediaTypeOf(headers);
  if (isJsonType(type)) {
    const read = parseJson(bytes);
    if (!read.ok) return { ok: false, detail: read.problem.detail };
    return manyDigits.test(bytes.toString('latin1')) ? { ok: true, value: withExactIntegers(bytes) } : read;
  }
  const text = readText(bytes);
  if (text === undefined) return { ok: false, detail: 'The body is not valid UTF-8. Send JSON, a form or text.' };
  return type === 'application/x-www-form-urlencoded' ? readForm(text) : { ok: true, value: text };
}

const manyDigits = /\d{16}/;

/**
 * Integers that JavaScript cannot hold become text. Rounded, the ids of two customers could be one, and so could their
 * conversations.
 */
function withExactIntegers(bytes: Buffer): unknown {
  return JSON.parse(
    bytes.toString('utf8').replace(/^\uFEFF/, ''),
    (_key, value: unknown, context?: { source?: string }) => {
      const source = context?.source ?? '';
      const rounded = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
      return rounded ? source : value;
    },
  );
}

const maxFields = 1000;

function readForm(text: string): AnyBody {
  const fields = new URLSearchParams(text);
  if (fields.size > maxFields) return { ok: false, detail: `The form has more than ${maxFields} fields.` };
  const value: Record<string, unknown> = {};
  for (const name of new Set(fields.keys())) {
    const values = fields.getAll(name);
    // Not an assignment: a field may be called `__proto__`.
    Object.defineProperty(value, name, { value: values.length === 1 ? values[0] : values, enumerable: true });
  }
  return { ok: true, value };
}
