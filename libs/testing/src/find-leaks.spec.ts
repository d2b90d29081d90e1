import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLeaks, findLeaksInFolder } from './find-leaks.ts';
import { tempDir } from './temp-dir.ts';

const secret = 'xoxb-"hunter2"?~~~ü';
const basic = (text: string) => Buffer.from(text).toString('base64');
const lookIn = (text: string) => findLeaks([{ where: 'the log', text }], [secret]);

describe('findLeaks', () => {
  it.each([
    { text: `token=${secret}.`, how: 'as it is' },
    { text: `?token=${encodeURIComponent(secret)}&x`, how: 'in a URL' },
    { text: JSON.stringify({ token: secret }), how: 'in JSON' },
    { text: Buffer.from(secret).toString('hex'), how: 'in hex' },
    { text: basic(`${secret}:x`), how: 'in base64' },
    { text: basic(`user:${secret}@`), how: 'in base64' },
    { text: basic(`users:${secret}`), how: 'in base64' },
    { text: basic(`a${secret}`), how: 'in base64' },
    { text: Buffer.from(`ab${secret}`).toString('base64url'), how: 'in base64url' },
  ])('finds it $how', ({ text, how }) => {
    expect(lookIn(text)).toContain(`the log holds ${secret} (${how})`);
  });

  it('finds nothing where there is nothing, and does not look for what is found by chance', () => {
    expect(lookIn('xoxb-"hunter3"?~~~ü')).toEqual([]);
    expect(findLeaks([{ where: 'the log', text: 'short' }], ['short', ''])).toEqual([]);
  });
});

describe('findLeaksInFolder', () => {
  it('looks into every file, over the borders of pieces', async () => {
    await using dir = await tempDir();
    await mkdir(join(dir.path, 'deep'));
    await writeFile(join(dir.path, 'deep', 'big'), `${'.'.repeat((1 << 20) - 5)}${secret}${'.'.repeat(99)}`);
    await writeFile(join(dir.path, 'clean'), 'nothing');
    expect(await findLeaksInFolder(dir.path, [secret])).toEqual([`deep/big holds ${secret} (as it is)`]);
  });
});
