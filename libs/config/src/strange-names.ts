import type { Draft } from './define-kind.ts';
import { nearestName } from './nearest-name.ts';

/**
 * Warns about list entries that look like a misspelt known name.
 *
 * Not an error: what a platform can send grows, and names that we do not know yet may be asked for.
 */
export function warnAboutStrangeNames<F extends string>(
  { wire, warn }: { wire: Partial<Record<F, readonly string[]>> } & Pick<Draft<object>, 'warn'>,
  { field, known }: { field: F; known: readonly string[] },
): void {
  for (const name of wire[field] ?? []) {
    const suggestion = known.includes(name) ? undefined : nearestName(name, known);
    if (suggestion !== undefined) warn([field], 'lists a name that is not known', suggestion);
  }
}
