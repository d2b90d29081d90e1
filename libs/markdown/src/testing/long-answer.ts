const paragraph =
  'Some **bold words**, a `code span`, *more* and [a link](https://a.example/x?a=1&b=2); a<b&c, <!channel>, 👩‍👩‍👧‍👦 and 🇩🇪🇫🇷. ';

/** About 40,000 characters of everything, with a block of TypeScript of over 9,000: what a platform must show whole. */
export function longAnswer(): string {
  const code = Array.from({ length: 260 }, (_, line) => `  const value${line} = \`\${a}<b&c\`; // 👍🏽`).join('\n');
  const table = Array.from({ length: 40 }, (_, row) => `| row ${row} | 👩‍👩‍👧 ${row * 7} | <!here> |`).join('\n');
  const sections = Array.from(
    { length: 16 },
    (_, section) =>
      `## Section ${section}\n\n${paragraph.repeat(12)}\n\n- one ${section}\n- two\n  1. three\n  2. four\n\n> ${paragraph}`,
  );
  return [
    '# Answer',
    `\`\`\`ts\n${code}\n\`\`\``,
    `| Name | Value | Note |\n|---|--:|---|\n${table}`,
    ...sections,
  ].join('\n\n');
}
