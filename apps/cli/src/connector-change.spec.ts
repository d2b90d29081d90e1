import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { tempDir, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorChange, typed, type ChangeFlags } from './connector-change.ts';
import { readSecretValue } from './secret-value.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
  await writeFile(join(dir.path, 'a.toml'), 'wait_ms = 5\n[session_policy]\npersona_id = "p"\n');
  await writeFile(join(dir.path, 'a.json'), '{"wait_ms": 5, "bearer_token": {"env": "A"}}');
  await writeFile(join(dir.path, 'list.json'), '[]');
  await writeFile(join(dir.path, 'token'), 'hunter2\n');
});
afterAll(() => dir[Symbol.asyncDispose]());

const terminal = { out: () => {}, err: () => {}, json: false };
const change = (flags: ChangeFlags, input = '') =>
  connectorChange('http', flags, (source) =>
    readSecretValue(source, { env: {}, input: Readable.from([input]), terminal }),
  );
const path = (name: string) => join(dir.path, name);

describe('a value', () => {
  it.each([
    { field: 'wait_ms', text: '5', is: 5, because: 'the field is a number' },
    { field: 'actor_id', text: '5', is: '5', because: 'the field is a text' },
    { field: 'enabled', text: 'false', is: false, because: 'the field is a switch' },
    { field: 'enabled', text: 'no', is: 'no', because: 'the control plane says what it should be' },
    { field: 'default_binding_keys', text: 'a,b', is: ['a', 'b'], because: 'the field is a list' },
    { field: 'default_binding_keys', text: '["a,b"]', is: ['a,b'], because: 'JSON says it exactly' },
    { field: 'default_binding_keys', text: '', is: [], because: 'nothing is an empty list' },
    {
      field: 'session_policy.credential_scope.route_allow',
      text: 'openai',
      is: ['openai'],
      because: 'scopes are lists',
    },
    { field: 'wiat_ms', text: '5', is: '5', because: 'the control plane names the nearest field' },
  ])('$field=$text: $because', ({ field, text, is }) => {
    expect(typed('http', field, text)).toEqual(is);
  });

  it('in a list of numbers is a number', () => {
    expect(typed('telegram', 'allowed_chat_ids', '-100,7')).toEqual([-100, 7]);
  });
});

describe('the change', () => {
  it('is the file, then the flags', async () => {
    const flags = {
      file: path('a.toml'),
      set: ['session_policy.create_if_missing=false', 'actor_id=a=b'],
      unset: ['wait_ms'],
    };
    expect(await change(flags)).toEqual({
      wait_ms: null,
      session_policy: { persona_id: 'p', create_if_missing: false },
      actor_id: 'a=b',
    });
  });

  it.each([
    { secret: 'bearer_token=env:A', is: { env: 'A' } },
    { secret: 'bearer_token=ref:shared.a', is: { secret_ref: 'shared.a' } },
    { secret: 'bearer_token=-', is: { value: 'from stdin\n', grace_seconds: 60 } },
  ])('takes $secret', async ({ secret, is }) => {
    expect(await change({ secret: [secret], grace: 60 }, 'from stdin\n\n')).toEqual({ bearer_token: is });
  });

  it('takes a secret from a file, without the newline at its end', async () => {
    expect(await change({ secret: [`bearer_token=@${path('token')}`] })).toEqual({
      bearer_token: { value: 'hunter2' },
    });
  });

  it.each([
    { flags: { secret: ['bearer_token=hunter2'] }, says: 'does not belong on a command line' },
    { flags: { set: ['hunter2'] }, says: '--set FIELD=VALUE' },
    { flags: { file: '/nowhere.json' }, says: 'cannot be read' },
  ])('is refused: $says', async ({ flags, says }) => {
    await expect(change(flags)).rejects.toThrow(says);
    await expect(change(flags)).rejects.not.toThrow('hunter2');
  });

  it('is refused where the file is no table', async () => {
    await expect(change({ file: path('list.json') })).rejects.toThrow('does not hold the fields');
  });
});
