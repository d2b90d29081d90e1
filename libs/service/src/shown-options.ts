import { Secret } from '@trunkline/secrets';
import type { OptionTable } from './option.ts';

/** Settings as the log shows them, in snake_case: secrets only as whether they are there. */
export function shownOptions(table: OptionTable, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const value = values[name];
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (option.parse.placeholder === 'SECRET' || value instanceof Secret)
        return [`${snake}_configured`, value !== undefined];
      return [snake, option.show === undefined ? value : option.show(value)];
    }),
  );
}
