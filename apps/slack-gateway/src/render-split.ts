/** Beside graphemes, what a text is not cut in: `<...>` of mrkdwn, an entity, a fence. */
const unit = /<[^<>\n]{1,500}>|&(?:amp|lt|gt);|```|\r?\n|\p{Zs}+/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const fence = '```';
const seam = `\n${fence}`;

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units, preferably at the end of a line, else of a word. With `fences`, a
 * code fence that a cut falls into is closed and opened again; nothing else is added or lost.
 */
export function splitText(text: string, { limit, fences = false }: { limit: number; fences?: boolean }): string[] {
  const pieces: string[] = [];
  let rest = text;
  let isOpen = false;
  while (rest !== '') {
    const before: string = isOpen ? `${fence}\n` : '';
    // Room for the seam is kept only where it may be needed.
    if (before.length + rest.length <= limit) {
      pieces.push(before + rest);
      break;
    }
    const room = limit - before.length - (fences ? seam.length : 0);
    const piece = rest.slice(0, cutAt(rest, room));
    rest = rest.slice(piece.length);
    isOpen = fences && countOf(before + piece) % 2 === 1;
    pieces.push(isOpen ? before + piece.replace(/\n$/, '') + seam : before + piece);
  }
  return pieces;
}

const countOf = (text: string) => text.split(fence).length - 1;

/** Where to cut so that the first piece fits: after the last line that fits, the last word, or the last unit. */
function cutAt(text: string, room: number): number {
  let line = 0;
  let word = 0;
  let part = 0;
  for (const { end, kind } of units(text, room)) {
    if (end > room) break;
    if (kind === 'line') line = end;
    if (kind === 'space') word = end;
    part = end;
  }
  // A short first line would leave a piece nearly empty.
  if (line > room / 2) return line;
  if (word > room / 2) return word;
  return part || Math.min(room, text.length);
}

/** The units of a text's beginning, a little beyond `room`. */
function* units(text: string, room: number): Generator<{ end: number; kind: 'line' | 'space' | 'other' }> {
  const head = text.slice(0, room + 600);
  let at = 0;
  for (const match of head.matchAll(unit)) {
    yield* plainUnits(head.slice(at, match.index), at);
    at = match.index + match[0].length;
    yield { end: at, kind: match[0].endsWith('\n') ? 'line' : /^\p{Zs}/u.test(match[0]) ? 'space' : 'other' };
  }
  yield* plainUnits(head.slice(at), at);
}

function* plainUnits(text: string, at: number): Generator<{ end: number; kind: 'other' }> {
  for (const { index, segment } of graphemes.segment(text)) yield { end: at + index + segment.length, kind: 'other' };
}

/** The beginning of a text in at most `limit` units, with an ellipsis where something was left out. */
export function cutShort(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, cutAt(text, limit - 1)).trimEnd()}…`;
}
