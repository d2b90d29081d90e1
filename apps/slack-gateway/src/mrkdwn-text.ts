/** Zero-width space: Slack takes a mark beside it for one that stands alone, or at the border of a word. */
export const gap = '\u200b';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escapes the three characters that Slack wants escaped, and no others. */
export const escapeMrkdwn = (text: string) => text.replace(/[&<>]/g, (character) => entities[character] ?? character);

/** Keeps three backticks in a row from being a fence. */
export const breakFences = (text: string) => text.replace(/``(?=`)/g, `\`\`${gap}`);

const mark = /[*_~]/;
const wordCharacter = /[\p{L}\p{N}\p{M}]/u;

/**
 * Text that shows as it is written. Slack knows no escape for its marks; what could open or close something gets a zero-width space on
 * the inner side, as does every backtick. A `>` that begins a line would be a quote even when escaped.
 */
export function literalMrkdwn(text: string): string {
  const separated = text.replace(/`/g, `\`${gap}`).replace(/^([ \t]*)>/gm, `$1${gap}>`);
  return escapeMrkdwn(separated.replace(/[*_~]/g, (character, index: number) => apart(character, separated, index)));
}

function apart(character: string, text: string, index: number): string {
  const before = text.slice(Math.max(0, index - 2), index);
  const after = text.slice(index + 1, index + 3);
  const opens = !endsWord(before) && !/^\s/.test(after);
  const closes = !beginsWord(after) && !/\s$/.test(before);
  return `${closes ? gap : ''}${character}${opens ? gap : ''}`;
}

export const endsWord = (text: string) => wordCharacter.test(lastOf(text));
export const beginsWord = (text: string) => wordCharacter.test(firstOf(text));

/** Whether a mark cannot stand before or behind this text without a gap. */
export const sticksTo = {
  before: (text: string) => beginsWord(text) || mark.test(firstOf(text)) || text.startsWith('`'),
  behind: (text: string) => endsWord(text) || mark.test(lastOf(text)) || text.endsWith('`'),
};

const firstOf = (text: string) => (text === '' ? '' : String.fromCodePoint(text.codePointAt(0) ?? 0));
const lastOf = (text: string) => [...text.slice(-2)].at(-1) ?? '';
