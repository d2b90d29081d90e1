import fc from 'fast-check';

const noise = [
  '*',
  '**',
  '_',
  '`',
  '```',
  '~~',
  '[',
  '](',
  ')',
  '!',
  '<',
  '>',
  '- ',
  '1. ',
  '# ',
  '|',
  '|-|',
  '\n',
  '\n\n',
  '    ',
  '\t',
  '\\',
  '&amp;',
  'http://a.b',
  'word ',
  'ä',
  '👩‍👩‍👧',
  '🇩🇪',
  'e\u0301',
  '\ud800',
  '\0',
  '[a]: b',
  '<!channel>',
  '<@U1>',
  '<#C1>',
  '@name',
  '> ',
];

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,9}[.,!?]?$/),
  fc.constantFrom(
    '👩‍👩‍👧',
    '🇩🇪!',
    'Größe',
    '漢字。',
    'a<b&c',
    '<!channel>',
    '<@U1>',
    'snake_case',
    '2*3',
    '&amp;',
    '\\*',
    '\\_a\\_',
    '\\`',
    'a|b',
    "it's",
  ),
);
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(' '));
const span = fc.oneof(
  { weight: 6, arbitrary: words },
  words.map((text) => `**${text}**`),
  words.map((text) => `*${text}*`),
  words.map((text) => `~~${text}~~`),
  words.map((text) => `**a *${text}* b**`),
  word.map((text) => `\`${text.replaceAll('`', '')}x\``),
  words.map((text) => `[${text}](https://a.example/x?a=1&b=2)`),
  words.map((text) => `**bo**${text}`),
);
const line = fc.array(span, { minLength: 1, maxLength: 4 }).map((spans) => spans.join(' '));
const code = fc.array(fc.constantFrom('let a = 1;', '  return `x`;', '', '<!here> & *b*', '// 👩‍👩‍👧 ä'), {
  minLength: 1,
  maxLength: 30,
});
const fence = fc
  .tuple(fc.constantFrom('', 'ts', 'python'), code)
  .map(([lang, lines]) => [`\`\`\`${lang}`, ...lines, '```'].join('\n'));
const cell = word.map((text) => text.replaceAll('|', ''));
const table = fc
  .tuple(cell, fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 }))
  .map(([head, rows]) =>
    [`| ${head} | col |`, '|:--|--:|', ...rows.map(([one, other]) => `| ${one} | ${other} |`)].join('\n'),
  );
const list = fc
  .array(fc.tuple(line, fc.boolean()), { minLength: 1, maxLength: 6 })
  .map((items) => items.map(([text, nested]) => (nested ? `- ${text}\n  1. ${text}\n  2. b` : `- ${text}`)).join('\n'));
const quote = fc
  .array(line, { minLength: 1, maxLength: 3 })
  .map((lines) => lines.map((text) => `> ${text}`).join('\n>\n'));
const block = fc.oneof(
  { weight: 4, arbitrary: line },
  line.map((text) => `## ${text}`),
  fc.constant('---'),
  fence,
  table,
  list,
  quote,
);

/** Markdown as people and models write it: every kind of block and span, emoji, mentions, escapes. */
export const ordinaryMarkdown = fc.array(block, { minLength: 1, maxLength: 8 }).map((blocks) => blocks.join('\n\n'));

/** Any text at all, likely to mean something. */
export const anyMarkdown = fc.oneof(
  ordinaryMarkdown,
  fc.array(fc.constantFrom(...noise), { maxLength: 60 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
