import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Of one line so much is looked at, and so much is shown: what is cut off the end cannot show the half of a secret. */
const longestLine = 64 * 1024;
const shownOfLine = 8 * 1024;

/** Hands on what a child prints, line by line and with its secrets taken out. The rest of an endless line is dropped. */
export function followLines(output: Readable, { mask, onLine }: LineDeps): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  const flush = () => {
    const text = mask(line.replace(/\r$/, '')).slice(0, shownOfLine);
    line = '';
    if (text.trim() !== '') onLine(text);
  };
  const take = (text: string) => {
    const [first = '', ...more] = text.split('\n');
    line = (line + first).slice(0, longestLine);
    for (const next of more) {
      flush();
      line = next.slice(0, longestLine);
    }
  };
  output.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  output.on('end', () => {
    take(decoder.end());
    flush();
  });
  output.on('error', () => {});
}

export interface LineDeps {
  mask(text: string): string;
  onLine(line: string): void;
}
