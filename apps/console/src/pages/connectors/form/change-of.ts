import { isTable, same, settled, type Draft } from './draft.ts';
import type { Field } from './fields-of.ts';

/**
 * What to send so that a connector that was `before` becomes what is entered: only what is different, `null` where the default
 * comes back. Lists go as a whole; a secret only where there is a choice.
 */
export function changeOf(fields: readonly Field[], before: Draft, entered: Draft): Draft {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const was = field.input === 'secret' ? undefined : settled(field, before[field.key]);
      const is = settled(field, entered[field.key]);
      if (same(was, is)) return [];
      return [[field.key, is === undefined ? null : changedValue(field, was, is)]];
    }),
  );
}

function changedValue(field: Field, was: unknown, is: unknown): unknown {
  if (!isTable(was) || !isTable(is)) return is;
  if (field.input === 'table') return changeOf(field.fields, was, is);
  return field.input === 'record' ? changedEntries(was, is) : is;
}

function changedEntries(was: Draft, is: Draft): Draft {
  const gone = Object.keys(was).filter((key) => !(key in is));
  const news = Object.entries(is).filter(([key, value]) => was[key] !== value);
  return Object.fromEntries([...gone.map((key) => [key, null] as const), ...news]);
}

/** What was entered on top of `before`, now on top of what somebody else made of it: a field that both changed stays as entered. */
export function rebased(fields: readonly Field[], { before, entered, now }: Rebasing): Draft {
  const mine = Object.keys(changeOf(fields, before, entered));
  const others = Object.entries(now).filter(([key]) => !mine.includes(key));
  const own = Object.entries(entered).filter(([key]) => mine.includes(key));
  return Object.fromEntries([...others, ...own]);
}

export interface Rebasing {
  before: Draft;
  entered: Draft;
  now: Draft;
}
