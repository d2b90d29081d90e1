import { describe, expect, it } from 'vitest';
import { LiveText, visibleText } from './live-text.ts';

describe('LiveText', () => {
  it.each([
    { seqs: [1, 2, 3], text: '123', because: 'in order' },
    { seqs: [1, 3, 4], text: '134', because: 'a lost piece leaves a gap' },
    { seqs: [1, 3, 2, 4], text: '134', because: 'a late piece has no place any more' },
    { seqs: [1, 1, 2], text: '12', because: 'a piece that comes twice counts once' },
  ])('$because', ({ seqs, text }) => {
    const live = new LiveText(0);
    for (const seq of seqs) live.add({ seq, content: String(seq) });
    expect(live.text).toBe(text);
  });
});

describe('visibleText', () => {
  const heal = (text: string) => ((text.match(/\*\*/g)?.length ?? 0) % 2 === 1 ? `${text}**` : text);

  it.each([
    { text: 'abc', limit: 3, shown: 'abc', because: 'it fits' },
    { text: 'abcd', limit: 3, shown: 'abc', because: 'the rest waits' },
    { text: '**bold', limit: 8, shown: '**bold**', because: 'what is open is closed' },
    { text: '**bold', limit: 7, shown: '**bol**', because: 'closing takes room' },
    { text: 'ab😀', limit: 3, shown: 'ab', because: 'half a character is none' },
    { text: 'ab😀', limit: 4, shown: 'ab😀', because: 'a whole one fits' },
    { text: '**', limit: 1, shown: '*', because: 'a limit below anything sensible ends too' },
  ])('$text in $limit is $shown: $because', ({ text, limit, shown }) => {
    expect(visibleText(text, { limit, heal })).toBe(shown);
  });
});
