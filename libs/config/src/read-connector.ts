import type { Finding, Kind, Origin, Reading } from './define-kind.ts';

/** Reads one connector of a kind from whatever was parsed. */
export function readConnector<C>(kind: Kind<C>, raw: unknown, origin?: Origin): Reading<C> {
  if (!isTable(raw)) return { refused: [{ path: [], message: 'must be a table' }], warnings: [] };
  const unsafe = unsafeKeys(raw);
  return unsafe.length > 0 ? { refused: unsafe, warnings: [] } : kind.read(raw, origin);
}

/** An object with keys, as opposed to a list, a date or a plain value. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** No valid connector is nested more deeply; what is deeper is refused as unknown anyway. */
const maxDepth = 8;

/** `__proto__` changes the prototype of whatever object it is later copied into, so it is refused before anything else looks. */
function unsafeKeys(value: unknown, path: PropertyKey[] = []): Finding[] {
  if (typeof value !== 'object' || value === null || path.length > maxDepth) return [];
  const entries: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) =>
    key === '__proto__'
      ? [{ path: [...path, key], message: 'is refused as a key' }]
      : unsafeKeys(inner, [...path, key]),
  );
}
