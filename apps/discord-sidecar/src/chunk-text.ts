/** The fence that is open at some point of a text: what closes it, and what opens it again. */
interface Fence {
  mark: string;
  opening: string;
}

/** A place to cut: how good it is (more is better), and the fence that is open there. */
interface Cut {
  at: number;
  rank: number;
  fence: Fence | undefined;
}

/** Things that are torn when they are cut: links, addresses, mentions, code, bold. Bounded: texts may be hostile. */
const whole =
  /!?\[[^\]\n]{0,500}\]\([^)\s]{0,1000}\)|<[^>\s]{1,200}>|https?:\/\/\S{1,1000}|`[^`\n]{1,500}`|\*\*[^*\n]{1,500}\*\*/g;
const longestWhole = 1_600;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text into pieces of at most `limit` UTF-16 units, at the best seam within reach: a blank line, a line, a space. A code fence is
 * closed before a seam and opened again behind it, language kept. Links, graphemes and surrogate pairs stay whole.
 */
export function chunkText(text: string, limit = 2_000): string[] {
  const chunks: string[] = [];
  let rest = text.trimEnd();
  let fence: Fence | undefined;
  while (rest !== '') {
    const head = fence ? `${fence.opening}\n` : '';
    if (head.length + rest.length <= limit) {
      chunks.push(head + rest);
      break;
    }
    const cut = bestCut(rest, { room: limit - head.length, fence });
    const piece = cut.fence ? rest.slice(0, cut.at).replace(/\n$/, '') : rest.slice(0, cut.at).trimEnd();
    if (piece !== '') chunks.push(head + piece + (cut.fence ? `\n${cut.fence.mark}` : ''));
    rest = rest.slice(cut.at);
    if (!cut.fence) rest = rest.replace(/^( *\n)+/, '');
    fence = cut.fence;
  }
  return chunks;
}

interface Reach {
  room: number;
  /** Open where the text begins. */
  fence: Fence | undefined;
}

function bestCut(text: string, reach: Reach): Cut {
  const lines = lineCuts(text, reach);
  const enough = reach.room / 4;
  const seam = lines.filter(({ at }) => at >= enough).toSorted((a, b) => b.rank - a.rank || b.at - a.at)[0];
  return seam ?? cutWithinLine(text, reach);
}

/** The ends of lines that fit. */
function lineCuts(text: string, { room, fence: open }: Reach): Cut[] {
  const cuts: Cut[] = [];
  let fence = open;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end <= room; end = text.indexOf('\n', start)) {
    const line = text.slice(start, end);
    const before = fence;
    fence = fenceAfter(line, fence);
    start = end + 1;
    const next = lineAt(text, start);
    // Nothing but a fence would stand before or behind the seam.
    const opens = !before && fence;
    const closesNext = fence && !fenceAfter(next, fence);
    if (end + closing(fence) <= room && !opens && !closesNext) {
      cuts.push({ at: start, rank: fence ? 0 : next.trim() === '' || line.trim() === '' ? 2 : 1, fence });
    }
  }
  return cuts;
}

/** Within a line that is too long: at a space, in front of what must stay whole, or between two graphemes. */
function cutWithinLine(text: string, { room, fence: open }: Reach): Cut {
  const most = room - closing(fenceAt(text, { upTo: room, fence: open }));
  const fence = fenceAt(text, { upTo: most, fence: open });
  const at = graphemeCut(text, most);
  if (fence) return { at, rank: 0, fence };
  const torn = spanAround(text, at);
  // A link that fills more than a piece by itself has to be torn.
  const end = torn && torn.start > 0 ? torn.start : at;
  const space = text.lastIndexOf(' ', end - 1) + 1;
  const good = space >= room / 4 && !spanAround(text, space);
  return { at: good ? space : end, rank: 0, fence };
}

function spanAround(text: string, at: number): { start: number; end: number } | undefined {
  const from = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - longestWhole);
  const line = lineAt(text.slice(0, at + longestWhole), from);
  const spans = [...line.matchAll(whole)].map(({ index, 0: found }) => ({
    start: from + index,
    end: from + index + found.length,
  }));
  return spans.find(({ start, end: stop }) => start < at && at < stop);
}

/** The last boundary of a grapheme up to `most`, or `most` itself within one that is longer. */
function graphemeCut(text: string, most: number): number {
  const start = Math.max(0, most - 200);
  const tail = text.slice(start, most + 50);
  const ends = [...graphemes.segment(tail)].map(({ index, segment }) => start + index + segment.length);
  const found = ends.findLast((end) => end <= most && end > 0);
  return found ?? (isLowSurrogate(text, most) ? most - 1 : most);
}

const isLowSurrogate = (text: string, at: number) => /[\uDC00-\uDFFF]/.test(text.charAt(at));

const closing = (fence: Fence | undefined): number => (fence ? fence.mark.length + 1 : 0);

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}

/** The fence that is open at some point, also within the line that opens it. */
function fenceAt(text: string, { upTo, fence: open }: { upTo: number; fence: Fence | undefined }): Fence | undefined {
  return text
    .slice(0, upTo)
    .split('\n')
    .reduce<Fence | undefined>((fence, line) => fenceAfter(line, fence), open);
}

/** The fence that is open behind a line. What cannot be the name of a language is not repeated behind a seam. */
export function fenceAfter(line: string, open: Fence | undefined): Fence | undefined {
  const [, mark, info = ''] = /^ {0,3}(`{3,20}|~{3,20})(.*)$/.exec(line) ?? [];
  if (mark === undefined) return open;
  if (open) return mark.startsWith(open.mark) && info.trim() === '' ? undefined : open;
  if (mark.startsWith('`') && info.includes('`')) return undefined;
  return { mark, opening: /^[\w+.#-]{1,40}$/.test(info.trim()) ? mark + info.trim() : mark };
}
