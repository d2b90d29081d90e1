/** Reads along a path; what is not there is `undefined`. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

/** A text or a number as a text; anything else as none. */
export const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
/** Those that are texts, with blanks between. */
export const words = (...all: unknown[]): string =>
  all
    .map(word)
    .filter((each) => each !== '')
    .join(' ');
