import { isTable } from '../form/draft.ts';

/** Tables of tables as one, each value in words by its dotted name. */
export function valuesInWords(table: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(flat(table).map(([name, value]) => [name, inWords(value)]));
}

const flat = (table: Readonly<Record<string, unknown>>, prefix = ''): [string, unknown][] =>
  Object.entries(table).flatMap(([key, value]): [string, unknown][] =>
    isTable(value) && Object.keys(value).length > 0 ? flat(value, `${prefix}${key}.`) : [[prefix + key, value]],
  );

function inWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ') || 'none';
  if (isTable(value) && Object.keys(value).length === 0) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
