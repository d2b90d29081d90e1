/** Marks of emphasis, code and links in one paragraph that are matched; matching takes the square of their number. */
export const maxMarks = 500;

/** Marks times characters of one paragraph: each mark may have to look to the end of it. */
export const maxScanned = 20_000_000;

/** Lines and table cells: each costs about a tenth of a millisecond, and whoever renders has other work that must not wait. */
const maxPieces = 10_000;

const maxMarkers = 32;
const maxIndent = 100;

/** Characters that may open or close something within a paragraph. */
export function markCount(text: string): number {
  return text.match(/[*_~`[\]!]/g)?.length ?? 0;
}

/** Whether a text has more lines and table cells than anybody reads. */
export function hasTooManyPieces(text: string): boolean {
  return (text.match(/\r\n?|\n|\|/g)?.length ?? 0) > maxPieces;
}

/** Whether quotes and lists are nested deeper than anybody reads: each line costs the depth that it stands at. */
export function isTooDeep(text: string): boolean {
  return text.split(/\r\n|\r|\n/).some((line) => markersOf(line) > maxMarkers);
}

const marker = /(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$))[ \t]*/y;
const rule = /^(?:(?:-[ \t]*)+|(?:\*[ \t]*)+)$/;

/** Markers of quotes and lists that a line begins with; deep indentation before a list's marker counts as if it were some. */
function markersOf(line: string): number {
  const start = line.length - line.trimStart().length;
  if (rule.test(line.slice(start))) return 0;
  let count = 0;
  for (marker.lastIndex = start; marker.test(line);) count++;
  const indent = line.slice(0, start).replaceAll('\t', '    ').length;
  return count > 0 && indent > maxIndent ? maxMarkers + 1 : count;
}
