import { describe, expect, it } from 'vitest';
import { optional, required, withDefault } from './option.ts';
import { integer, list, natsUrls, text, toggle, url, withoutUserinfo } from './parsers.ts';
import { readOptions } from './read-options.ts';

const about = { description: '.' };
const table = {
  count: withDefault(integer({ min: 1, max: 9 }), 3, { ...about, flag: 'count', env: 'COUNT' }),
  loud: withDefault(toggle(), true, { ...about, flag: 'loud', env: 'LOUD' }),
  words: optional(list(), { ...about, flag: 'words' }),
  place: required(text(), { ...about, flag: 'place', env: 'PLACE' }),
};
const read = (args: string[], env: Record<string, string | undefined> = {}) => readOptions(table, { args, env });

describe('readOptions', () => {
  it.each([
    {
      args: [],
      env: { PLACE: 'x' },
      values: { count: 3, loud: true, words: undefined, place: 'x' },
      because: 'defaults',
    },
    {
      args: ['--count', '4'],
      env: { PLACE: 'x', COUNT: '5' },
      values: { count: 4 },
      because: 'a flag goes before its variable',
    },
    { args: [], env: { PLACE: 'x', COUNT: '5' }, values: { count: 5 }, because: 'a variable goes before the default' },
    { args: [], env: { PLACE: 'x', COUNT: ' ' }, values: { count: 3 }, because: 'a blank variable counts as unset' },
    {
      args: ['--no-loud', '--place=x'],
      env: {},
      values: { loud: false, place: 'x' },
      because: 'a switch can be turned off',
    },
    { args: ['--loud', '--place', 'x'], env: { LOUD: 'off' }, values: { loud: true }, because: 'or on' },
    { args: ['--place', 'x', '--words', 'a, b'], env: {}, values: { words: ['a', 'b'] }, because: 'lists are split' },
    {
      args: ['--place', '--x'],
      env: {},
      problems: ['--place: a value must follow', '--place or PLACE: must be given'],
      because: 'a flag is no value',
    },
    {
      args: ['--place', 'x', 'y'],
      env: {},
      problems: ['unexpected argument at position 3'],
      because: 'nothing is ignored',
    },
    {
      args: ['--count', '10'],
      env: { LOUD: 'maybe' },
      problems: ['--count: must be', 'LOUD: must be', '--place or PLACE: must be given'],
      because: 'all at once',
    },
  ])('$args $env: $because', ({ args, env, values, problems }) => {
    const outcome = read(args, env);
    if (outcome.status === 'wrong') {
      expect([...outcome.problems].sort()).toEqual(
        [...(problems ?? [])].sort().map((each) => expect.stringContaining(each)),
      );
    } else expect(outcome).toMatchObject({ status: 'read', values });
  });

  it('shows the help whatever else is wrong', () => {
    expect(read(['--nonsense', '--help']).status).toBe('help');
  });
});

describe('parsers', () => {
  it.each([
    { parse: url(), given: 'ftp://x', ok: false },
    { parse: url(), given: 'https://x/y', ok: true },
    { parse: natsUrls(), given: 'nats://a:4222, tls://b', ok: true },
    { parse: natsUrls(), given: 'a:4222', ok: true },
    { parse: natsUrls(), given: 'http://a', ok: false },
    { parse: integer({ min: 0, max: 9 }), given: '1e0', ok: false },
    { parse: integer({ min: 0, max: 9 }), given: '', ok: false },
  ])('$given', ({ parse, given, ok }) => {
    expect('value' in parse(given)).toBe(ok);
  });

  it('show servers without who logs in', () => {
    expect(withoutUserinfo(['nats://ann:p@ss@host:4222', 'ann:pw@host', 'host:4222'])).toEqual([
      'nats://host:4222',
      'host',
      'host:4222',
    ]);
  });
});
