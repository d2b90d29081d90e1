/** How deep a JSON value is nested (a text is 0, `[]` is 1). Looks no deeper than `limit` + 1, so that no input exhausts the stack. */
export function jsonDepth(value: unknown, limit = 64): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit <= 0) return 1;
  let deepest = 0;
  for (const member of Object.values(value)) {
    deepest = Math.max(deepest, jsonDepth(member, limit - 1));
    if (deepest > limit) break;
  }
  return deepest + 1;
}
