import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const workspace = resolve(import.meta.dirname, '../../../..');

/** The one block of a page that is in this language and has `mark` in it: what is shown is what is run. */
export function docBlock(page: string, language: 'sh' | 'toml' | 'yaml', mark: string): string {
  const text = readFileSync(join(workspace, page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block = '']) => block,
  );
  const [found, ...others] = blocks.filter((block) => block.includes(mark));
  if (found === undefined || others.length > 0)
    throw new Error(`${page} has no or no single ${language} block with ${mark}.`);
  return found;
}
