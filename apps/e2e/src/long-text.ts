/** Markdown of about `length` characters, every line with a number of its own, in which blocks of code take turns with prose. */
export function longText(length: number): string {
  const lines: string[] = [];
  let size = 0;
  for (let n = 0; size < length; n++) {
    const inCode = n % 100 >= 50;
    if (n % 50 === 0 && n > 0) lines.push(inCode ? '```ts' : '```');
    const line = inCode ? `const line${n} = "<${n}> & *${n}*";` : `Line ${n} says that there are more of them to come.`;
    lines.push(line);
    size += line.length + 1;
  }
  const isOpen = lines.filter((line) => line.startsWith('```')).length % 2 === 1;
  return [...lines, ...(isOpen ? ['```'] : [])].join('\n');
}

/** The numbers of the lines that a platform shows, in the order in which it shows them. */
export const lineNumbers = (text: string): number[] =>
  [...text.matchAll(/^(?:Line |const line)(\d+) /gm)].map(([, number]) => Number(number));
