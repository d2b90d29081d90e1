import type { EntityText, TextEntity } from './entities.ts';

/** More of them Telegram ignores. */
const mostEntities = 100;

/**
 * Puts entities in order, the outer before the inner; takes white space from their ends and from the ends of the text. Code and
 * quotes keep the indentation of their first line. What is beyond the limit is plain text.
 */
export function tidyEntities({ text, entities }: EntityText): EntityText {
  // What contains another was added after it.
  const sorted = entities
    .flatMap((entity) => trimmed(entity, text))
    .reverse()
    .sort((one, other) => one.offset - other.offset || other.length - one.length)
    .slice(0, mostEntities);
  const blank = text.length - text.trimStart().length;
  const start = Math.min(blank, sorted[0]?.offset ?? blank);
  return {
    text: text.slice(start).trimEnd(),
    entities: sorted.map((entity) => ({ ...entity, offset: entity.offset - start })),
  };
}

function trimmed(entity: TextEntity, text: string): TextEntity[] {
  const whole = text.slice(entity.offset, entity.offset + entity.length);
  const blank = entity.type === 'pre' || entity.type === 'blockquote' ? /^(?:[^\S\n]*\n)*/ : /^\s*/;
  const start = blank.exec(whole)?.[0].length ?? 0;
  const length = whole.trimEnd().length - start;
  return length > 0 ? [{ ...entity, offset: entity.offset + start, length }] : [];
}
