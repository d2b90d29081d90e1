import { parse } from 'smol-toml';

/** What ends a string, or hides its end: an escape. One or two more quotes before the closing three belong to the string. */
const closings: Record<string, RegExp> = {
  '"': /\\.|["\n]/g,
  "'": /['\n]/g,
  '"""': /\\[^]|"{3,5}/g,
  "'''": /'{3,5}/g,
};

/** Where the string that begins at `start` ends; `start` itself when none does. */
function endOfString(text: string, start: number): number {
  const opening = /"""|'''|"|'/y;
  opening.lastIndex = start;
  const closing = closings[opening.exec(text)?.[0] ?? ''];
  if (!closing) return start;
  closing.lastIndex = opening.lastIndex;
  let found = closing.exec(text);
  while (found?.[0].startsWith('\\')) found = closing.exec(text);
  return found ? closing.lastIndex : text.length;
}

/** Moves over the parts of a TOML text. Reading a key and a value makes progress on any text, so that loops over them end. */
export function createTomlCursor(text: string) {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let counted = 0;
  let lines = 1;

  function skip(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  }

  function take(token: string): boolean {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  }

  const skipBlank = () => void skip(/(?:[ \t\r\n]+|#[^\n]*)*/y);

  function skipString(): string {
    const start = at;
    at = endOfString(text, start);
    return text.slice(start, at);
  }

  function keyPart(): string {
    const bare = skip(/[A-Za-z0-9_-]+/y);
    return bare === '' ? unquote(skipString()) : bare;
  }

  return {
    atEnd: () => at >= text.length,
    take,
    skipBlank,
    skipString,
    skipLine: () => void skip(/[^\n]*\n?/y),
    /** Over the `=`; one character of whatever else is there, so that broken text cannot hold us up. */
    skipValueSign: () => void skip(/[ \t]*[^ \t]?[ \t]*/y),
    skipScalar: () => void skip(/[^][^,\]}\n#]*/y),
    line(): number {
      for (let next = text.indexOf('\n', counted); next !== -1 && next < at; next = text.indexOf('\n', counted)) {
        counted = next + 1;
        lines++;
      }
      return lines;
    },
    key(): string[] {
      const parts: string[] = [];
      do {
        skip(/[ \t]*/y);
        parts.push(keyPart());
        skip(/[ \t]*/y);
      } while (take('.'));
      return parts;
    },
    /** Moves to the next element of an array or inline table; true when there is none. */
    closes(end: string): boolean {
      skipBlank();
      if (take(',')) skipBlank();
      return take(end) || at >= text.length;
    },
  };
}

/** A place in a TOML text that only moves forward. */
export type TomlCursor = ReturnType<typeof createTomlCursor>;

/** A quoted key with its escapes read by the TOML parser itself. */
function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(parse(`key = ${quoted}`)['key']);
  } catch {
    return quoted.slice(1, -1);
  }
}
