import type { FormattedText } from './formatted-text.ts';

/** Takes white space off both ends, but none from before the first entity; entities move along and lose what was cut. */
export function trimText({ text, entities }: FormattedText): FormattedText {
  const end = text.trimEnd();
  const firstEntity = Math.min(end.length, ...entities.map((entity) => entity.offset));
  let start = 0;
  while (start < firstEntity && /[ \n]/.test(end.charAt(start))) start++;
  const kept = entities
    .map((entity) => ({ ...entity, length: Math.min(entity.length, end.length - entity.offset) }))
    .filter((entity) => entity.length > 0)
    .map((entity) => ({ ...entity, offset: entity.offset - start }));
  return { text: end.slice(start), entities: kept };
}
