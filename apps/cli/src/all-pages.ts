/** Follows `next` from page to page until there are `limit` entries. */
export async function allPages<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<{ items: T[]; next?: string | undefined }>,
  limit = Infinity,
): Promise<T[]> {
  const entries: T[] = [];
  let cursor: string | undefined;
  do {
    const wanted = Math.min(limit - entries.length, 500);
    const page = await read({ limit: wanted, ...(cursor !== undefined && { cursor }) });
    entries.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && entries.length < limit);
  return entries;
}
