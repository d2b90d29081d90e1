import { tempDir, waitFor } from '@trunkline/testing';
import { mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { followFile } from './follow-file.ts';

const never = 3_600_000;

/** Follows a file that begins as `v1`. `pollMs` is out of reach unless told, so that the notices are what is tested. */
async function following(path: string, timing: { pollMs?: number; settleMs?: number } = {}) {
  const seen: string[] = [];
  const known = await readFile(path);
  const followed = followFile(path, {
    known,
    pollMs: never,
    settleMs: 20,
    ...timing,
    onContent: (content) => void seen.push(Buffer.from(content).toString()),
    onUnreadable: () => void seen.push('unreadable'),
  });
  return { seen, [Symbol.dispose]: () => followed.stop() };
}

async function sees(seen: string[], wanted: string[]): Promise<void> {
  await waitFor(() => seen.length >= wanted.length, { what: wanted.join() }).catch(() => undefined);
  expect(seen).toEqual(wanted);
}

describe('followFile', () => {
  it('sees an edit in place, and every later one', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v1');
    using file = await following(path);
    await writeFile(path, 'v2');
    await sees(file.seen, ['v2']);
    await writeFile(path, 'v3');
    await sees(file.seen, ['v2', 'v3']);
  });

  it('sees an editor rename another file over it, twice', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v1');
    using file = await following(path);
    for (const version of ['v2', 'v3']) {
      await writeFile(`${path}.tmp`, version);
      await rename(`${path}.tmp`, path);
      await sees(file.seen, version === 'v2' ? ['v2'] : ['v2', 'v3']);
    }
  });

  it('sees a mounted volume swap its data directory', async () => {
    await using dir = await tempDir();
    const at = (name: string) => join(dir.path, name);
    for (const version of ['v1', 'v2']) {
      await mkdir(at(`..${version}`));
      await writeFile(at(`..${version}/c.toml`), version);
    }
    await symlink('..v1', at('..data'));
    await symlink('..data/c.toml', at('c.toml'));
    using file = await following(at('c.toml'));
    await symlink('..v2', at('..data_tmp'));
    await rename(at('..data_tmp'), at('..data'));
    await sees(file.seen, ['v2']);
  });

  it('finds by looking what no notice tells: a change behind a link, a directory that was replaced', async () => {
    await using dir = await tempDir();
    const at = (name: string) => join(dir.path, name);
    await mkdir(at('elsewhere'));
    await mkdir(at('here'));
    await writeFile(at('elsewhere/c.toml'), 'v1');
    await symlink('../elsewhere/c.toml', at('here/c.toml'));
    using file = await following(at('here/c.toml'), { pollMs: 50 });
    await writeFile(at('elsewhere/c.toml'), 'v2');
    await sees(file.seen, ['v2']);
    await mkdir(at('new'));
    await writeFile(at('new/c.toml'), 'v3');
    await rename(at('here'), at('old'));
    await rename(at('new'), at('here'));
    await waitFor(() => file.seen.at(-1) === 'v3', { what: 'the file of the new directory' });
  });

  it('does not believe a file while it is being written', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v1');
    using file = await following(path, { settleMs: 500 });
    const writing = await open(path, 'w');
    await sleep(50);
    await writing.write('half ');
    await sleep(50);
    await writing.write('and half');
    await writing.close();
    await sees(file.seen, ['half and half']);
  });

  it('says once that the file is gone, and gives its content when it is back, even if it is the same', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v1');
    using file = await following(path, { pollMs: 40 });
    await rm(path);
    await sees(file.seen, ['unreadable']);
    await sleep(150);
    await writeFile(path, 'v1');
    await sees(file.seen, ['unreadable', 'v1']);
  });

  it('sees what was written between the first reading and the following', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v2');
    const seen: string[] = [];
    const followed = followFile(path, {
      known: Buffer.from('v1'),
      pollMs: never,
      settleMs: 5,
      onContent: (content) => void seen.push(Buffer.from(content).toString()),
      onUnreadable: () => undefined,
    });
    await sees(seen, ['v2']);
    followed.stop();
  });

  it('says nothing of content that is the same, nor after it was stopped', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'c.toml');
    await writeFile(path, 'v1');
    const file = await following(path, { pollMs: 20 });
    await writeFile(path, 'v1');
    await sleep(120);
    file[Symbol.dispose]();
    await writeFile(path, 'v2');
    await sleep(120);
    expect(file.seen).toEqual([]);
  });
});
