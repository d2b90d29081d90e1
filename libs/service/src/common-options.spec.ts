import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commonOptions } from './common-options.ts';
import type { Option } from './option.ts';

it('are all in the README, as written there and nothing more', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\|([^|]*)\|([^|]*)\|[^|]*\|$/gm)]
    .slice(2)
    .map(([, flag, env]) => `${flag?.trim()} ${env?.trim()}`);
  const options: Option<unknown>[] = Object.values(commonOptions);
  const wanted = options.flatMap(({ flag, env, fromFile }) => {
    const row = `${flag === undefined ? '' : `\`--${flag}\``} \`${env}\``;
    return fromFile === true ? [row, `\`--${flag}-file\` \`${env}_FILE\``] : [row];
  });
  expect(rows).toEqual(wanted);
});
