import { z } from 'zod';

/** How every list is asked for. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Entries a page.'),
  cursor: z.string().min(1).max(500).optional().describe('`next` of the page before.'),
});

/** What every list answers: a page of entries, and where the next one begins. */
export function page<T extends z.ZodType>(entry: T) {
  return z.object({ items: z.array(entry), next: z.string().optional().describe('Missing on the last page.') });
}
