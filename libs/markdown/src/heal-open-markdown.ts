/**
 * Closes what is open at the end of a text that is still growing, so that it renders as it will when it goes on: a fence, a code
 * span, emphasis; of a half link only the label is kept. A text that is complete stays as it is.
 */
export function healOpenMarkdown(text: string): string {
  const { open, closedUpTo } = lastFence(text);
  if (open) return healFence(text, open);
  // What looks like a block inside of code is none.
  const start = Math.max(lastBlockStart(text), closedUpTo);
  return text.slice(0, start) + healInline(text.slice(start));
}

interface Fence {
  /** What stands before the fence: its closing one needs the same, with spaces for the marks of items. */
  prefix: string;
  fence: string;
}

const fenceLine = /^((?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])[ \t])*[ \t]*)(`{3,}|~{3,})(.*)$/;
const container = /^[ \t>]*/;

/** The fence that no line closes, and where the last one that was closed ends. */
function lastFence(text: string): { open: Fence | undefined; closedUpTo: number } {
  let open: Fence | undefined;
  let closedUpTo = 0;
  let end = 0;
  for (const line of text.split('\n')) {
    end = Math.min(end + line.length + 1, text.length);
    const inner = line.replace(container, '').trimEnd();
    if (open && isClosing(inner, open.fence)) {
      open = undefined;
      closedUpTo = end;
    } else open ??= opened(line);
  }
  return { open, closedUpTo };
}

function opened(line: string): Fence | undefined {
  const [, prefix = '', fence = '', info = ''] = fenceLine.exec(line) ?? [];
  if (fence === '' || (fence.startsWith('`') && info.includes('`'))) return undefined;
  return { prefix: prefix.replace(/[^>\s]/g, ' '), fence };
}

const isClosing = (line: string, fence: string) =>
  line.length >= fence.length && line === fence.charAt(0).repeat(line.length);

/** The last line may be a part of the closing fence already. */
function healFence(text: string, { prefix, fence }: Fence): string {
  const end = text.lastIndexOf('\n') + 1;
  const last = text.slice(end).replace(container, '');
  const half = end > 0 && last !== '' && fence.startsWith(last);
  if (half) return text + fence.slice(last.length);
  return `${text}${text.endsWith('\n') ? '' : '\n'}${prefix}${fence}`;
}

/** Marks do not reach over an empty line, nor from one item, heading or quote to the next. */
function lastBlockStart(text: string): number {
  let start = 0;
  for (const { index, 0: between } of text.matchAll(/\n[ \t>]*\n|\n(?=[ \t>]*(?:[-+*]|\d{1,9}[.)]|#{1,6})[ \t])/g))
    start = index + between.length;
  return start;
}

interface Open {
  mark: string;
  /** Where the mark is, to take it away if nothing follows. */
  place: number;
}

const token = /\\[\s\S]|`+|!?\[|\]\(?|\*+|_+|~~/g;
const backslash = '\\';

function healInline(block: string): string {
  const open: Open[] = [];
  const brackets: Open[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(block); match; match = token.exec(block)) {
    const { 0: mark, index: place } = match;
    if (mark.startsWith('`')) {
      const close = closingTicks(block, { mark, place });
      if (close === undefined) return closed(block, [...open, { mark, place }]);
      token.lastIndex = close;
    } else if (mark.endsWith('[')) brackets.push({ mark, place });
    else if (mark.startsWith(']')) {
      const label = brackets.pop();
      if (mark === '](' && label && !block.includes(')', place))
        return withoutTarget(block, { label, end: place, open });
      if (mark === '](' && label) token.lastIndex = block.indexOf(')', place) + 1;
    } else if (!mark.startsWith(backslash)) toggle({ mark, place }, { block, open });
  }
  return closed(block, open);
}

/** The place behind the ticks that close a code span. */
function closingTicks(block: string, { mark, place }: Open): number | undefined {
  const behind = place + mark.length;
  const next = block
    .slice(behind)
    .matchAll(/`+/g)
    .find(({ 0: ticks }) => ticks === mark);
  return next && behind + next.index + mark.length;
}

/** A target that is not all there would lead elsewhere: only the label is shown. */
function withoutTarget(block: string, { label, end, open }: { label: Open; end: number; open: Open[] }): string {
  return closed(block.slice(0, label.place) + block.slice(label.place + label.mark.length, end), open);
}

/** Closes or opens emphasis, as the characters beside the mark allow it. */
function toggle({ mark, place }: Open, { block, open }: { block: string; open: Open[] }): void {
  const before = block.charAt(place - 1);
  const after = block.charAt(place + mark.length);
  const inWord = mark.startsWith('_') && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after);
  const last = open.at(-1);
  if (inWord) return;
  if (last && /\S/.test(before) && closes(last, mark, after === '')) {
    if (mark.length < last.mark.length) last.mark = last.mark.slice(mark.length);
    else open.pop();
    if (mark.length > last.mark.length)
      toggle({ mark: mark.slice(last.mark.length), place: place + last.mark.length }, { block, open });
  } else if (after === '' ? !/[\p{L}\p{N}]/u.test(before) : /\S/.test(after)) open.push({ mark, place });
}

/** Whether a mark closes the last open one; at the end of the text half of it counts, the rest is still to come. */
function closes(last: Open, mark: string, atEnd: boolean): boolean {
  if (mark.charAt(0) !== last.mark.charAt(0)) return false;
  return mark.length >= last.mark.length || atEnd;
}

/** Takes away marks that nothing follows, and closes the others. */
function closed(block: string, open: readonly Open[]): string {
  let text = block;
  const left = [...open];
  for (let last = left.at(-1); last && text.slice(last.place + last.mark.length).trim() === ''; last = left.at(-1)) {
    text = text.slice(0, last.place);
    left.pop();
  }
  const body = text.trimEnd();
  if (left.length === 0) return text;
  return left.reduceRight((healed, { mark }) => healed + closing(healed, mark), body) + text.slice(body.length);
}

/** What closes a mark at the end of a text: ticks that are there already count. */
function closing(text: string, mark: string): string {
  const ticks = /`*$/.exec(mark.startsWith('`') ? text.slice(-mark.length - 1) : '')?.[0].length ?? 0;
  if (ticks === 0) return mark;
  return ticks < mark.length ? mark.slice(ticks) : ` ${mark}`;
}
