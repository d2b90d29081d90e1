import type { DistinctHeaders } from './signature-schemes.ts';

const longestKey = 255;
const usable = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/** A key, none, or why what was sent cannot be one (in words for the caller, without the value). */
export type KeyRead = { ok: true; key?: string } | { ok: false; detail: string };

const refused = (detail: string): KeyRead => ({ ok: false, detail });

/** Whether a text can be the id of an event: 1 to 255 printable characters, no spaces around it. */
export function checkKey(key: string, where: string): KeyRead {
  const fits = key.length <= longestKey && usable.test(key) && key.trim() === key;
  return fits
    ? { ok: true, key }
    : refused(`${where} must be 1 to ${longestKey} printable characters without spaces around it.`);
}

/** Reads `Idempotency-Key`: a structured-field string (quoted), or a bare token, which most clients send. */
export function idempotencyKeyHeader(headers: DistinctHeaders): KeyRead {
  const values = headers['idempotency-key'];
  if (values === undefined) return { ok: true };
  const [value = ''] = values;
  if (values.length > 1) return refused('Send the Idempotency-Key header once.');
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(value.trim());
  const key = quoted ? (quoted[1] ?? '').replace(/\\(["\\])/g, '$1') : value.trim();
  return checkKey(key, 'The Idempotency-Key header');
}

/** The key of a request that may name one in two places, which must agree. */
export function agreedKey(header: KeyRead, field: string | undefined): KeyRead {
  if (!header.ok || field === undefined) return header;
  const read = checkKey(field, 'idempotency_key');
  if (!read.ok || header.key === undefined || header.key === read.key) return read;
  return refused('The Idempotency-Key header and the idempotency_key field differ. Send one of them.');
}
