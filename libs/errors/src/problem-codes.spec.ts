import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemCodes } from './problem-codes.ts';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/problem-codes.md'), 'utf8');
const rows = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, ...cells]) => cells);

describe('docs/problem-codes.md', () => {
  it('lists exactly the published codes, sorted, each with its status', () => {
    const published = Object.entries(problemCodes)
      .map(([code, { status }]) => [code, String(status)])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
    expect(rows(/^\| `([a-z_]+)` +\| (\d{3}) /gm)).toEqual(published);
  });

  it('lists exactly the codes of errors that the sources throw, and none is used twice', () => {
    const thrown = ['libs', 'apps'].flatMap((folder) => sources(join(root, folder))).flatMap(codesIn);
    expect(rows(/^\| `([A-Z_]+)` +\|/gm).flat()).toEqual(thrown.sort());
  });
});

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => name !== 'node_modules');
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /(?<!\.spec)\.ts$/.test(entry.name) ? [path] : [];
  });
}

const codesIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^\s*readonly code = '([A-Z_]+)'/gm)].map(([, code]) => code ?? '');
