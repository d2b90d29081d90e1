import { describe, expect, it } from 'vitest';
import { hasTooManyMarks, hasTooManyPieces, isTooDeep, stepsBack } from './markdown-limits.ts';
import { longAnswer } from './testing/index.ts';

describe('hasTooManyMarks', () => {
  it.each([
    { runs: ['*a* '.repeat(250)], many: false, because: 'a paragraph full of emphasis' },
    { runs: ['*a* '.repeat(251)], many: true, because: 'more than that' },
    { runs: Array<string>(80).fill('*a* '.repeat(50)), many: false, because: 'many such paragraphs' },
    { runs: Array<string>(81).fill('*a* '.repeat(50)), many: true, because: 'too many' },
    { runs: ['a@b.c '.repeat(8001)], many: true, because: 'addresses count' },
    { runs: ['\\a '.repeat(32_001)], many: true, because: 'escapes count a little' },
    {
      runs: [`${'`'.repeat(30)}${'a'.repeat(200_000)}`],
      many: true,
      because: 'marks that look for their end for long',
    },
    { runs: [`[${'word '.repeat(1900)}`], many: false, because: 'a bracket that stays open' },
    { runs: [`[${'word '.repeat(2100)}`], many: true, because: 'and for too long' },
  ])('$many: $because', ({ runs, many }) => {
    expect(hasTooManyMarks(runs)).toBe(many);
  });
});

describe('stepsBack', () => {
  it.each([
    { run: 'no bracket', steps: 0 },
    { run: `[${'a'.repeat(99)}](b) and so on`, steps: 300 },
    { run: `[${'a'.repeat(99)}`, steps: 300 },
    { run: `]]]${'a'.repeat(99)}`, steps: 0 },
  ])('$steps: $run', ({ run, steps }) => {
    expect(stepsBack(run)).toBe(steps);
  });
});

describe('hasTooManyPieces', () => {
  it.each([
    { text: 'a\n'.repeat(6000), many: false, because: 'a long text' },
    { text: 'a\n'.repeat(6001), many: true, because: 'a longer one' },
    { text: 'a\n\n'.repeat(6000), many: false, because: 'empty lines cost less' },
    { text: '\n'.repeat(18_001), many: true, because: 'but something' },
    { text: `${'|a'.repeat(3000)}\n${'|-'.repeat(3000)}\n`, many: true, because: 'a wide table' },
    { text: 'a\n===\n'.repeat(1001), many: true, because: 'underlined headings' },
    { text: '[a]: b\n'.repeat(1001), many: true, because: 'definitions' },
    { text: `http://a.b/${'.'.repeat(2001)}`, many: true, because: 'an address that does not end' },
    { text: `http://a.b/${'&amp;'.repeat(401)}`, many: true, because: 'in references neither' },
    { text: longAnswer(), many: false, because: 'an answer with everything in it' },
  ])('$many: $because', ({ text, many }) => {
    expect(hasTooManyPieces(text)).toBe(many);
  });
});

describe('isTooDeep', () => {
  it.each([
    { text: `${'> '.repeat(32)}a`, deep: false, because: 'deep, but readable' },
    { text: `${'> '.repeat(33)}a`, deep: true, because: 'quotes' },
    { text: `a\n${'1. '.repeat(33)}a`, deep: true, because: 'lists, on any line' },
    { text: '-'.repeat(80), deep: false, because: 'a rule' },
    { text: '- '.repeat(80), deep: false, because: 'a rule with spaces' },
    { text: `${'*'.repeat(80)}a`, deep: false, because: 'stars without a space make no list' },
    { text: `${' '.repeat(120)}code`, deep: false, because: 'indentation alone' },
    { text: `${' '.repeat(120)}- a`, deep: true, because: 'a list far to the right' },
    { text: `${'> '.repeat(32)}a\n`.repeat(20), deep: false, because: 'some deep lines' },
    { text: `${'> '.repeat(32)}a\n`.repeat(40), deep: true, because: 'many of them' },
    { text: `${'> '.repeat(32)}a\n${'b\n'.repeat(40)}`, deep: true, because: 'lines that belong to a deep one' },
    { text: `${'> '.repeat(9)}a\n\n${'b\n'.repeat(4000)}`, deep: false, because: 'lines that do not' },
    { text: '  - a\n- b\n'.repeat(2000), deep: false, because: 'a long list of lists' },
  ])('$deep: $because', ({ text, deep }) => {
    expect(isTooDeep(text)).toBe(deep);
  });
});
