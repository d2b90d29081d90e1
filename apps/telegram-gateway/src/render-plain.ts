const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Longer clusters are cut: a platform's limit is harder than a heap of combining marks. */
const longestGrapheme = 64;

/**
 * Cuts text into pieces of at most `limit` UTF-16 units, after a paragraph, line or word where the piece stays at least half
 * full, else between graphemes. The pieces together are the text; those of nothing but space are left out, as Telegram refuses them.
 */
export function plainChunks(text: string, limit: number): string[] {
  const chunks: string[] = [];
  let from = 0;
  while (text.length - from > limit) {
    const end = from + cutOf(text.slice(from, from + limit + longestGrapheme), limit);
    chunks.push(text.slice(from, end));
    from = end;
  }
  chunks.push(text.slice(from));
  return chunks.filter((chunk) => chunk.trim() !== '');
}

/** Where the first piece of a text that is longer than `limit` ends. */
function cutOf(text: string, limit: number): number {
  for (const seam of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(seam, limit - seam.length);
    if (at >= limit / 2) return at + seam.length;
  }
  const start = Math.max(0, limit - longestGrapheme);
  const at = start + (graphemes.segment(text.slice(start)).containing(limit - start)?.index ?? 0);
  if (at > start) return at;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(limit));
  return splitsPair ? limit - 1 : limit;
}
