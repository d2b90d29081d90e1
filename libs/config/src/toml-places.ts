import { parse } from 'smol-toml';

/** A key path in a parsed document: table and key names, and positions in arrays. */
export type KeyPath = readonly PropertyKey[];

interface Place {
  line: number;
  parts: Map<PropertyKey, Place>;
  /** For an array of tables: the element that later headers and keys belong to. */
  newest?: Place;
}

/** Finds the line (from 1) where a key path was written, or else the nearest enclosing one that was. */
export interface TomlPlaces {
  lineOf(path: KeyPath): number;
}

/**
 * Maps key paths to lines, which the TOML parser does not tell.
 *
 * Reads only the structure and trusts the syntax: give it text that the parser has accepted.
 */
export function tomlPlaces(text: string): TomlPlaces {
  const root = scan(text);
  return {
    lineOf(path) {
      let place = root;
      for (const part of path) {
        const next = place.parts.get(part);
        if (!next) break;
        place = next;
      }
      return place.line;
    },
  };
}

function scan(text: string): Place {
  const cursor = createCursor(text);
  const root = placeAt(1);
  let table = root;
  for (cursor.skipBlank(); !cursor.atEnd(); cursor.skipBlank()) {
    const line = cursor.line();
    if (cursor.take('[[')) {
      table = tableElement(root, cursor.key(), line);
    } else if (cursor.take('[')) {
      table = descend(root, cursor.key(), line);
    } else {
      scanPair(cursor, table);
      continue;
    }
    cursor.skipLine();
  }
  return root;
}

const placeAt = (line: number): Place => ({ line, parts: new Map() });

function descend(from: Place, path: readonly string[], line: number): Place {
  let place = from;
  for (const part of path) {
    const next = place.parts.get(part) ?? placeAt(line);
    place.parts.set(part, next);
    place = next.newest ?? next;
  }
  return place;
}

function tableElement(root: Place, path: readonly string[], line: number): Place {
  const array = arrayPlace(descend(root, path.slice(0, -1), line), path.at(-1) ?? '', line);
  const element = placeAt(line);
  array.parts.set(array.parts.size, element);
  array.newest = element;
  return element;
}

function arrayPlace(parent: Place, name: string, line: number): Place {
  const array = parent.parts.get(name) ?? placeAt(line);
  parent.parts.set(name, array);
  return array;
}

type Cursor = ReturnType<typeof createCursor>;

function scanPair(cursor: Cursor, table: Place): void {
  const line = cursor.line();
  const place = descend(table, cursor.key(), line);
  cursor.skipValueSign();
  scanValue(cursor, place);
}

function scanValue(cursor: Cursor, place: Place): void {
  if (cursor.take('[')) return scanArray(cursor, place);
  if (cursor.take('{')) return scanInlineTable(cursor, place);
  if (cursor.skipString() === '') cursor.skipScalar();
}

function scanArray(cursor: Cursor, place: Place): void {
  for (let index = 0; !cursor.closes(']'); index++) {
    const element = placeAt(cursor.line());
    place.parts.set(index, element);
    scanValue(cursor, element);
  }
}

function scanInlineTable(cursor: Cursor, place: Place): void {
  while (!cursor.closes('}')) scanPair(cursor, place);
}

/** What ends a string, or hides its end: an escape. One or two more quotes before the closing three belong to the string. */
const closings: Record<string, RegExp> = {
  '"': /\\.|["\n]/g,
  "'": /['\n]/g,
  '"""': /\\[^]|"{3,5}/g,
  "'''": /'{3,5}/g,
};

/** Moves over the text. Every step of it makes progress, so that the loops above end on any text. */
function createCursor(text: string) {
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
    const opening = skip(/"""|'''|"|'/y);
    const closing = closings[opening];
    if (!closing) return '';
    closing.lastIndex = at;
    let found = closing.exec(text);
    while (found?.[0].startsWith('\\')) found = closing.exec(text);
    at = found ? closing.lastIndex : text.length;
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

/** A quoted key with its escapes read by the TOML parser itself. */
function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(parse(`key = ${quoted}`)['key']);
  } catch {
    return quoted.slice(1, -1);
  }
}
