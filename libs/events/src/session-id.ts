import { z } from 'zod';

/** Id of a session: 1 to 200 printable characters, and not `.` or `..`, which some HTTP clients resolve away. */
export const sessionIdSchema = z
  .string()
  .regex(/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]{0,198}[^\p{C}\p{Z}])?$/u, 'must be 1 to 200 printable characters')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');
