import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@trunkline/testing';
import { expect, it } from 'vitest';
import { addConnector, readConnectors } from './add-connector.ts';

const http = '[[http_connectors]]\nname = "fake"\nallow_unauthenticated_ingress = true\n';
const telegram = (token: string) => ({
  kind: 'telegram' as const,
  name: 'fake',
  toml: `[[telegram_connectors]]\nname = "fake"\nbot_token = "${token}"\ningress_mode = "polling"`,
});

async function fileWith(text: string) {
  const dir = await tempDir();
  const file = join(dir.path, 'connectors.toml');
  writeFileSync(file, text);
  return { file, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

it('adds a connector behind what is there, once; names count within a kind', async () => {
  await using at = await fileWith(http.trimEnd());
  expect(addConnector(telegram('1:a'), at.file)).toBeUndefined();
  const added = readFileSync(at.file, 'utf8');
  expect(readConnectors(at.file).map(({ kind, name }) => `${kind}/${name}`)).toEqual(['http/fake', 'telegram/fake']);
  expect(addConnector(telegram('2:b'), at.file)).toMatchObject({ bot_token: { inline: '1:a' } });
  expect(readFileSync(at.file, 'utf8')).toBe(added);
});

it('touches no file with errors, and says where they are', async () => {
  await using at = await fileWith('[[http_connectors]]\nnam = "x"\n');
  expect(() => addConnector(telegram('1:a'), at.file)).toThrow(/connectors\.toml:2: .*"nam"/);
  expect(readFileSync(at.file, 'utf8')).not.toContain('telegram');
});

it('says how to begin where there is no file', () => {
  expect(() => readConnectors('/nowhere/connectors.toml')).toThrow(
    expect.objectContaining({ exitCode: 5, fix: expect.stringContaining('npm start') }),
  );
});
