import { z } from 'zod';

/** A whole number in a range. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Text that is not blank. */
export function text(maxLength: number) {
  return z
    .string()
    .refine((value) => value.trim() !== '', 'must not be blank')
    .max(maxLength, { error: `must be at most ${maxLength} characters long` });
}

/**
 * A list of ids: trimmed, without duplicates, sorted.
 *
 * A blank id is an error rather than dropped: an allowlist that became empty would allow everything.
 */
export function idList() {
  return z
    .array(
      z
        .string()
        .trim()
        .min(1, { error: 'must not be blank' })
        .max(512, { error: 'must be at most 512 characters long' }),
    )
    .overwrite((ids) => [...new Set(ids)].sort())
    .default([]);
}

/** A list of numeric ids: without duplicates, sorted. */
export function numberIdList() {
  return z
    .array(z.int({ error: 'must be a whole number' }))
    .overwrite((ids) => [...new Set(ids)].sort((a, b) => a - b))
    .default([]);
}

/** Id of a session: 1 to 200 printable characters, not `.` or `..`. */
export function sessionId() {
  return z
    .string()
    .regex(/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]{0,198}[^\p{C}\p{Z}])?$/u, 'must be 1 to 200 printable characters')
    .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');
}
