import { createTomlCursor, type TomlCursor } from './toml-cursor.ts';

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
  const cursor = createTomlCursor(text);
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

function scanPair(cursor: TomlCursor, table: Place): void {
  const line = cursor.line();
  const place = descend(table, cursor.key(), line);
  cursor.skipValueSign();
  scanValue(cursor, place);
}

function scanValue(cursor: TomlCursor, place: Place): void {
  if (cursor.take('[')) return scanArray(cursor, place);
  if (cursor.take('{')) return scanInlineTable(cursor, place);
  if (cursor.skipString() === '') cursor.skipScalar();
}

function scanArray(cursor: TomlCursor, place: Place): void {
  for (let index = 0; !cursor.closes(']'); index++) {
    const element = placeAt(cursor.line());
    place.parts.set(index, element);
    scanValue(cursor, element);
  }
}

function scanInlineTable(cursor: TomlCursor, place: Place): void {
  while (!cursor.closes('}')) scanPair(cursor, place);
}
