import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../fixtures/', import.meta.url);
const ending = '.event.json';

/** Names of the golden corpus: current events, `old-*`, `future-*` and `major-*`. */
export const fixtureNames = readdirSync(folder)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length));

/** One document of the corpus. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}${ending}`, folder), 'utf8'));
}
