import { sortEntities } from './detect-entities.ts';
import type { MessageEntity } from './message.ts';

const isCode = ({ type }: MessageEntity) => type === 'code' || type === 'pre';
const isQuote = ({ type }: MessageEntity) => type === 'blockquote' || type === 'expandable_blockquote';

/** Code stands alone, but for quotes around it: other entities keep what is outside of it, in pieces if need be. */
export function cutAroundCode(entities: readonly MessageEntity[]): MessageEntity[] {
  const codes = entities.filter(isCode);
  return sortEntities(
    entities.flatMap((entity) => (isCode(entity) || isQuote(entity) ? [entity] : codes.reduce(cut, [entity]))),
  );
}

function cut(pieces: MessageEntity[], code: MessageEntity): MessageEntity[] {
  const from = code.offset;
  const to = code.offset + code.length;
  return pieces.flatMap((piece) => {
    const end = piece.offset + piece.length;
    if (end <= from || piece.offset >= to) return [piece];
    const before = { ...piece, length: from - piece.offset };
    const after = { ...piece, offset: to, length: end - to };
    return [before, after].filter(({ length }) => length > 0);
  });
}
