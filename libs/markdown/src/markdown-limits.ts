/** Marks of emphasis, code and links in one paragraph that are matched; matching takes the square of their number. */
const maxMarks = 500;

/** The same in the whole text, addresses too: each takes about 30 microseconds; escapes and references a quarter of that. */
const maxMarksInAll = 8000;

/** Marks times characters, of all paragraphs: each mark may have to look to the end of its own. */
const maxScanned = 5_000_000;

/** Steps back to open brackets: the parser takes them at each word behind one. */
const maxStepsBack = 2_000_000;

/** Characters in a row that may end a sentence around an address: which of them belong to it takes the square of their number. */
const maxTrail = 2000;

/** Lines and table cells: each costs up to a tenth of a millisecond, and whoever renders has other work that must not wait. */
export const maxPieces = 6000;

/** Lines under a heading and definitions of links: some of what is done for them takes the square of their number. */
const maxCostlyLines = 1000;

const maxMarkers = 32;
const maxIndent = 100;

/** Squares of the depths that lines stand at, summed up: a line may open and close everything that it stands in. */
const maxNesting = 30_000;

/** Characters that may open or close something within a paragraph. */
const markCount = (text: string) => countOf(text, /[*_~`[\]!]/g);

const countOf = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** Whether paragraphs (the text of each) have more marks than can be matched in a fraction of a second. */
export function hasTooManyMarks(runs: readonly string[]): boolean {
  let [inAll, scanned, steps] = [0, 0, 0];
  for (const run of runs) {
    const marks = markCount(run);
    inAll += marks + countOf(run, /@|:\/\/|www\./g) + countOf(run, /[\\&<]/g) / 4;
    scanned += marks * run.length;
    steps += stepsBack(run);
    if (marks > maxMarks || inAll > maxMarksInAll || scanned > maxScanned || steps > maxStepsBack) return true;
  }
  return false;
}

/** At each word behind open brackets the parser passes the words since the first of them, and the brackets. */
export function stepsBack(run: string): number {
  let [steps, open, first, last] = [0, 0, 0, 0];
  const goOn = (place: number) => {
    if (open > 0) steps += open * (place - last) + ((place - first) ** 2 - (last - first) ** 2) / 50;
    last = place;
  };
  for (const { 0: bracket, index } of run.matchAll(/[[\]]/g)) {
    goOn(index);
    if (bracket === '[' && open === 0) first = index;
    open = Math.max(0, open + (bracket === '[' ? 1 : -1));
  }
  goOn(run.length);
  return steps;
}

/** Whether a text has more lines, table cells, underlined headings or definitions than anybody reads, or an endless row of dots. */
export function hasTooManyPieces(text: string): boolean {
  if (countOf(text, /\S[ \t]*(?:\r\n?|\n)|\|/g) > maxPieces || countOf(text, /\r\n?|\n/g) > 3 * maxPieces) return true;
  if (countOf(text, /^[ \t>]*(?:(?:=+|-+)[ \t]*$|\[[^\]\n]*\]:)/gm) > maxCostlyLines) return true;
  const trails = text.matchAll(/(?:&[a-z]{1,31};|[!"'),.:;<>?_~*\]}])+/gi);
  return trails.some(({ 0: trail }) => trail.length > maxTrail);
}

/** Whether quotes and lists are nested deeper, or more of them deeply, than anybody reads: each line costs the depth that it stands at. */
export function isTooDeep(text: string): boolean {
  let [nesting, depth, afterBlank] = [0, 0, false];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const markers = markersOf(line);
    if (markers > maxMarkers) return true;
    // A line without markers belongs to what those before it opened; a quote ends with an empty line, a list only with a margin.
    if (markers > 0) depth = markers + Math.floor(indentOf(line) / 2);
    else if (afterBlank && /^\S/.test(line)) depth = 0;
    afterBlank = line.trim() === '';
    nesting += depth * depth;
    if (nesting > maxNesting) return true;
  }
  return false;
}

const marker = /(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))[ \t]*/y;
const rule = /^(?:(?:-[ \t]*)+|(?:\*[ \t]*)+)$/;

/** Markers of quotes and lists that a line begins with; deep indentation before a list's marker counts as if it were some. */
function markersOf(line: string): number {
  const start = line.length - line.trimStart().length;
  if (rule.test(line.slice(start))) return 0;
  let count = 0;
  for (marker.lastIndex = start; marker.test(line);) count++;
  return count > 0 && indentOf(line) > maxIndent ? maxMarkers + 1 : count;
}

function indentOf(line: string): number {
  const indent = line.slice(0, line.length - line.trimStart().length);
  return indent.replaceAll('\t', '    ').length;
}
