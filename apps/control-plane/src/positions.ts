/** How far each of several streams was read: a letter and a sequence for each, `t120.l7`. What cursors and ids of the feed are made of. */
export type Positions = Map<string, number>;

/** `undefined` for a text that is none of ours. */
export function readPositions(text: string | undefined): Positions | undefined {
  const positions: Positions = new Map();
  for (const part of text?.split('.') ?? []) {
    const [, id, seq] = /^([a-z])(\d{1,16})$/.exec(part) ?? [];
    if (id === undefined) return undefined;
    positions.set(id, Number(seq));
  }
  return positions;
}

export const writePositions = (positions: Positions): string =>
  [...positions].map(([id, seq]) => `${id}${seq}`).join('.');
