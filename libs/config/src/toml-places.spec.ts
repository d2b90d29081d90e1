import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { tomlPlaces, type KeyPath } from './toml-places.ts';

const document = `# a comment with [brackets] and key = value
title = "first" # [not.a.header]

[[connectors]]
name = "one"
policy.scope.allow = ["a",
  "b", # , "c"
  [ "nested" ],
]
inline = { key = 1, deep.er = { last = '}' } }

  [connectors.child]
  text = """
[[connectors]]
name = "inside a string, with \\""" and \\\\"""
  after = 1
[[connectors]]
"quoted.name" = "two"
[connectors.child.env]
"with \\"escape\\"" = '''
key = 'x'
'''''
time = 1979-05-27 07:32:00
last = true
targets = [
  { type = "a" },
  {
    type = "b",
  },
]
`;

describe('tomlPlaces', () => {
  const { lineOf } = tomlPlaces(document);
  const lines = document.split('\n');

  it('is tried on a document that the parser accepts', () => {
    expect(() => parse(document)).not.toThrow();
  });

  it.each<{ path: KeyPath; starts: string; because: string }>([
    { path: ['title'], starts: 'title', because: 'a key at the top' },
    { path: ['connectors', 0], starts: '[[connectors]]', because: 'the header of a table of an array' },
    { path: ['connectors', 0, 'name'], starts: 'name = "one"', because: 'a key in it' },
    {
      path: ['connectors', 0, 'missing'],
      starts: '[[connectors]]',
      because: 'what is not there is where it should be',
    },
    { path: ['connectors', 0, 'policy', 'scope', 'allow'], starts: 'policy.scope', because: 'a dotted key' },
    {
      path: ['connectors', 0, 'policy', 'scope', 'deny'],
      starts: 'policy.scope',
      because: 'the nearest table that is there',
    },
    { path: ['connectors', 0, 'policy', 'scope', 'allow', 1], starts: '  "b"', because: 'an element on its own line' },
    {
      path: ['connectors', 0, 'policy', 'scope', 'allow', 2, 0],
      starts: '  [ "nested"',
      because: 'an element of an element',
    },
    { path: ['connectors', 0, 'inline', 'deep', 'er', 'last'], starts: 'inline', because: 'inside inline tables' },
    { path: ['connectors', 0, 'child'], starts: '  [connectors.child]', because: 'a table of the newest element' },
    { path: ['connectors', 0, 'child', 'after'], starts: '  after', because: 'a multi-line string hides no lines' },
    { path: ['connectors', 1], starts: '[[connectors]]', because: 'a header inside a string is none' },
    { path: ['connectors', 1, 'quoted.name'], starts: '"quoted.name"', because: 'a quoted key may hold dots' },
    {
      path: ['connectors', 1, 'child', 'env', 'with "escape"'],
      starts: '"with',
      because: 'a quoted key may hold escapes',
    },
    { path: ['connectors', 1, 'child', 'env', 'last'], starts: 'last', because: 'a literal string may end in quotes' },
    {
      path: ['connectors', 1, 'child', 'env', 'targets', 1, 'type'],
      starts: '    type = "b"',
      because: 'an inline table over lines',
    },
  ])('$path: $because', ({ path, starts }) => {
    expect(lines[lineOf(path) - 1]?.slice(0, starts.length)).toBe(starts);
  });

  it('tells the second table of an array from the first', () => {
    expect(lineOf(['connectors', 1])).toBeGreaterThan(lineOf(['connectors', 0, 'child', 'after']));
  });

  it('counts lines that end in CR LF, after a byte order mark', () => {
    expect(tomlPlaces('\uFEFFa = 1\r\nb = 2\r\n').lineOf(['b'])).toBe(2);
  });

  it('finds the line of every key of any document', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => text !== '__proto__');
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string()),
      fc.dictionary(key, fc.string()),
    );
    const table = fc.dictionary(
      key,
      fc.oneof(value, fc.dictionary(key, value), fc.array(fc.dictionary(key, value), { minLength: 1 })),
    );
    fc.assert(
      fc.property(table, (data) => {
        const text = stringify(data);
        const { lineOf: find } = tomlPlaces(text);
        const written = text.split('\n');
        for (const path of leaves(parse(text))) {
          const line = written[find(path) - 1] ?? '';
          const keyOfPath = path.findLast((part) => typeof part === 'string');
          expect(line, `${path.join(' > ')} in\n${text}`).toContain(
            stringify({ [String(keyOfPath)]: 1 }).split(' = ')[0],
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('ends on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]{}=".\'#,\\a1 \n') }),
        (text) => tomlPlaces(text).lineOf(['a']) >= 1,
      ),
    );
  });
});

function leaves(value: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [PropertyKey, unknown][] = Array.isArray(value) ? [] : Object.entries(value);
  if (Array.isArray(value) && typeof value[0] === 'object') entries.push(...value.entries());
  return entries.flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
