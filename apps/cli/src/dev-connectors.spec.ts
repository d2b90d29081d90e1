import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConnectorsFile } from '@trunkline/config';
import { expect, it } from 'vitest';
import { writeStarterConnectors } from './dev-connectors.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'trunkline-starter-')), 'connectors.toml');
const read = (file: string) => readFileSync(file, 'utf8');

it('the starter file is valid and sends answers to the terminal', () => {
  const file = newFile();
  writeStarterConnectors(file, 'http://127.0.0.1:8081/');
  const parsed = parseConnectorsFile(read(file), file);
  expect(parsed).toMatchObject({ ok: true, warnings: [] });
  expect(parsed.ok && parsed.connectors[0]).toMatchObject({
    name: 'demo',
    default_reply_targets: [{ type: 'http', url: 'http://127.0.0.1:8081/' }],
  });
});

it("keeps the user's edits and only follows the terminal to another port", () => {
  const file = newFile();
  writeStarterConnectors(file, 'http://127.0.0.1:8081/');
  writeFileSync(file, `${read(file)}# mine\n`);
  writeStarterConnectors(file, 'http://127.0.0.1:9001/');
  expect(read(file)).toContain('"http://127.0.0.1:9001/"');
  expect(read(file)).toContain('# mine');
  expect(read(file)).not.toContain('8081');
});
