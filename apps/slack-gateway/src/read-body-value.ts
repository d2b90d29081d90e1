import { parseJson } from '@trunkline/gateway-kit';

/** The value that a request's body stands for, or why there is none. */
export type BodyValue = { ok: true; value: unknown } | { ok: false; detail: string };

/** Reads a body: JSON for events, a form for commands, a form with JSON in `payload` for interactions. */
export function readBodyValue(body: Buffer, contentType: string | undefined): BodyValue {
  if (!isForm(contentType)) return json(body);
  const form = new URLSearchParams(body.toString('utf8'));
  const payload = form.get('payload');
  if (payload !== null) return json(Buffer.from(payload));
  return { ok: true, value: Object.fromEntries(form) };
}

/**
 * Whether this is Slack's check of our certificate, which it sends unsigned. Only the exact value counts, and nothing else in
 * the body is looked at: whoever sends this gets an empty answer and no more.
 */
export function isSslCheck(body: Buffer, contentType: string | undefined): boolean {
  if (!isForm(contentType) || body.length > 1024) return false;
  return new URLSearchParams(body.toString('latin1')).getAll('ssl_check').join() === '1';
}

/** Compared without its parameters: proxies and tools add `; charset=utf-8`. */
const isForm = (contentType = '') =>
  contentType.split(';', 1)[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';

function json(bytes: Buffer): BodyValue {
  const read = parseJson(bytes);
  return read.ok ? read : { ok: false, detail: read.problem.detail ?? 'The body is not valid JSON.' };
}
