import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { generateKey } from './keyring.ts';
import { loadKeyring } from './load-keyring.ts';

describe('loadKeyring', () => {
  it('reads the variable, or the file that the other one names', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'key');
    await writeFile(file, `${generateKey('from-file')}\n`);
    expect(await loadKeyring({ TRUNKLINE_MASTER_KEY: generateKey('inline') })).toMatchObject({
      keyring: { ids: ['inline'] },
    });
    expect(await loadKeyring({ TRUNKLINE_MASTER_KEY_FILE: file, TRUNKLINE_MASTER_KEY: ' ' })).toMatchObject({
      keyring: { ids: ['from-file'] },
    });
  });

  it.each([
    { env: {}, outcome: { status: 'unset' }, because: 'not every process needs one' },
    {
      env: { TRUNKLINE_MASTER_KEY: 'a', TRUNKLINE_MASTER_KEY_FILE: 'b' },
      outcome: { status: 'invalid', problem: 'TRUNKLINE_MASTER_KEY and TRUNKLINE_MASTER_KEY_FILE are both set.' },
      because: 'two sources would one day differ',
    },
    {
      env: { TRUNKLINE_MASTER_KEY_FILE: '/nowhere/key' },
      outcome: { status: 'invalid', problem: expect.stringContaining('ENOENT') },
      because: 'a file that is not there',
    },
    {
      env: { TRUNKLINE_MASTER_KEY: 'hunter2' },
      outcome: {
        status: 'invalid',
        problem: expect.not.stringContaining('hunter2'),
        fix: expect.stringContaining('generate-key'),
      },
      because: 'what is wrong is told without the value',
    },
  ])('$outcome.status: $because', async ({ env, outcome }) => {
    expect(await loadKeyring(env)).toMatchObject(outcome);
  });
});
