import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { tempDir } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { CommandFailed } from './exit-codes.ts';
import { readSecretValue, type ValueFlags } from './secret-value.ts';

const said: string[] = [];
const terminal = { out: (line: string) => said.push(line), err: (line: string) => said.push(line), json: false };

function read(flags: ValueFlags, typed = '', isTTY = false) {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  return readSecretValue(flags, { env: { TOKEN: 'from env\n' }, input, terminal });
}

const failed = (exitCode: number) => (error: unknown) => error instanceof CommandFailed && error.exitCode === exitCode;

describe('a value of a secret', () => {
  it.each([
    { typed: 'value\n', value: 'value', because: 'pipes end in a newline' },
    { typed: 'value\r\n', value: 'value', because: 'or in one of Windows' },
    { typed: 'value', value: 'value', because: 'or in none' },
    { typed: ' value \n\n', value: ' value \n', because: 'everything else is the value' },
    { typed: 'grüße\n', value: 'grüße', because: 'it is UTF-8' },
  ])('from standard input is $value: $because', async ({ typed, value }) => {
    expect(await read({ stdin: true }, typed)).toBe(value);
  });

  it('comes from a file or a variable', async () => {
    await using dir = await tempDir();
    await writeFile(join(dir.path, 'token'), 'from file\n');
    expect(await read({ fromFile: join(dir.path, 'token') })).toBe('from file');
    expect(await read({ fromEnv: 'TOKEN' })).toBe('from env');
  });

  it('is asked for on a terminal, which does not show it', async () => {
    expect(await read({}, 'typed by hand\n', true)).toBe('typed by hand');
    expect(said.join('\n')).not.toContain('typed');
  });

  it.each([
    { flags: {}, exit: 2, because: 'nobody is there to be asked' },
    { flags: { stdin: true, fromEnv: 'TOKEN' }, exit: 2, because: 'there are two' },
    { flags: { fromEnv: 'NOT_THERE' }, exit: 5, because: 'the variable is not set' },
    { flags: { fromFile: '/nowhere' }, exit: 5, because: 'there is no file' },
  ])('ends the command with $exit: $because', async ({ flags, exit }) => {
    await expect(read(flags)).rejects.toSatisfy(failed(exit));
  });
});
