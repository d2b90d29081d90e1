import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir, waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { followKeyring } from './follow-keyring.ts';
import { deriveKey, deriveKeyring, generateKey, parseKeyring } from './keyring.ts';
import { openReplyHandle, replyHandlePurpose, sealReplyHandle } from './reply-handle.ts';

const entries = { one: generateKey('one'), two: generateKey('two') };
const now = Date.UTC(2026, 0, 15);
const snapshot = { session_id: 's', reply_targets: [{ type: 'http' }], output_subject: 'tl.outputs.0.s' };

/** `everyMs` of never leaves only what is met in use. */
async function followed(text: string, everyMs = 10) {
  const dir = await tempDir();
  const file = join(dir.path, 'master.key');
  await writeFile(file, text);
  const keyring = parseKeyring(text);
  const problems: (string | undefined)[] = [];
  const following = followKeyring(keyring, { file, everyMs, onProblem: (problem) => problems.push(problem) });
  const key = deriveKey(keyring, replyHandlePurpose);
  return {
    ...{ file, keyring, key, problems },
    seal: () => sealReplyHandle(snapshot, { key, expiresAt: now + 60_000 }),
    async [Symbol.asyncDispose]() {
      following.stop();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const never = 3_600_000;

describe('a keyring whose file changes', () => {
  it('seals with the new first key, opens with both, and forgets the old one when it leaves', async () => {
    await using one = await followed(entries.one);
    const old = one.seal();
    await writeFile(one.file, `${entries.two}\n${entries.one}\n`);
    await waitFor(() => one.key.sealingId === 'two', { what: 'the new key' });
    const fresh = one.seal();
    expect([old, fresh].map((handle) => openReplyHandle(handle, { key: one.key, now }).ok)).toEqual([true, true]);

    await writeFile(`${one.file}.new`, entries.two);
    await rename(`${one.file}.new`, one.file);
    await waitFor(() => one.keyring.ids.length === 1, { what: 'the old key to leave' });
    expect(openReplyHandle(old, { key: one.key, now })).toEqual({ ok: false, reason: 'unknown_key' });
    expect(openReplyHandle(fresh, { key: one.key, now })).toMatchObject({ ok: true });
  });

  it('knows a key the moment something sealed with it is met', async () => {
    await using early = await followed(entries.one);
    await using late = await followed(entries.one, never);
    await writeFile(early.file, `${entries.two} ${entries.one}`);
    await writeFile(late.file, `${entries.two} ${entries.one}`);
    await waitFor(() => early.key.sealingId === 'two', { what: 'the new key' });
    expect(late.keyring.ids).toEqual(['one']);
    expect(openReplyHandle(early.seal(), { key: late.key, now })).toMatchObject({ ok: true });
  });

  it('keeps keys that a half-written file lacks until it stays so', async () => {
    await using half = await followed(entries.one, never);
    await writeFile(half.file, entries.two);
    half.keyring.look();
    expect(half.keyring.ids).toEqual(['two', 'one']);
  });

  it('keeps the rest of a derived keyring of which the first lines are there', async () => {
    const purposes = [replyHandlePurpose, 'assets.http'];
    const before = deriveKeyring(parseKeyring(entries.one), purposes);
    await using half = await followed(before, never);
    const assets = deriveKey(half.keyring, 'assets.http');
    const [first = ''] = deriveKeyring(parseKeyring(`${entries.two} ${entries.one}`), purposes).split('\n');
    await writeFile(half.file, `${first}\n${before.split('\n')[0]}`);
    half.keyring.look();
    expect([half.key.ids, assets.ids]).toEqual([['two', 'one'], ['one']]);
  });

  it.each([
    { text: 'hunter2-is-no-key', problem: 'The keyring cannot be read', because: 'not a keyring' },
    { text: generateKey('one'), problem: 'The key of the id "one" is another one', because: 'an id means one key' },
    {
      text: deriveKeyring(parseKeyring(entries.one), ['assets.http']),
      problem: 'It holds no key for "reply-handle" any more.',
      because: 'it could do less than is needed',
    },
  ])('keeps what it had, and says so: $because', async ({ text, problem }) => {
    await using one = await followed(entries.one);
    const handle = one.seal();
    await writeFile(one.file, text);
    await waitFor(() => one.problems.length > 0, { what: 'the problem' });
    expect(one.problems).toEqual([expect.stringContaining(problem)]);
    expect(one.problems[0]).not.toContain('hunter2');
    expect(one.keyring.ids).toEqual(['one']);
    expect(openReplyHandle(handle, { key: one.key, now })).toMatchObject({ ok: true });

    await writeFile(one.file, `${entries.two} ${entries.one}`);
    await waitFor(() => one.problems.length > 1, { what: 'the end of the problem' });
    expect(one.problems[1]).toBeUndefined();
    expect(one.keyring.ids).toEqual(['two', 'one']);
  });

  it('takes a derived keyring in the place of a master key that it was derived from', async () => {
    await using one = await followed(entries.one);
    const handle = one.seal();
    await writeFile(one.file, deriveKeyring(parseKeyring(`${entries.two} ${entries.one}`), [replyHandlePurpose]));
    await waitFor(() => one.key.sealingId === 'two', { what: 'the new key' });
    expect(openReplyHandle(handle, { key: one.key, now })).toMatchObject({ ok: true });
  });

  it('tells who wants to know, once for each change', async () => {
    await using one = await followed(entries.one);
    let changes = 0;
    const end = one.keyring.onChange(() => (changes += 1));
    await writeFile(one.file, `${entries.one}\n\n`);
    await writeFile(one.file, `${entries.two} ${entries.one}`);
    await waitFor(() => changes > 0, { what: 'the change' });
    end();
    await writeFile(one.file, entries.two);
    await waitFor(() => one.keyring.ids.length === 1, { what: 'the old key to leave' });
    expect(changes).toBe(1);
  });
});
