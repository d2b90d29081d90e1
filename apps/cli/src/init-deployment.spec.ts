import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKey, parseKeyring, replyHandlePurpose } from '@trunkline/secrets';
import { tempDir, type TempDir } from '@trunkline/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

const connectors = `
[[http_connectors]]
name = "hook"
bearer_token = "secret-of-http"

[[slack_connectors]]
name = "team"
signing_secret = "secret-of-slack"

[[external_connectors]]
name = "discord-main"
platform = "discord"
mode = "child_process"
base_url = "http://127.0.0.1:8787"
shared_token = "secret-of-external"

[external_connectors.child_process]
command = "python3"
`;

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
  writeFileSync(join(dir.path, 'connectors.toml'), connectors);
});
afterEach(() => dir[Symbol.asyncDispose]());

const init = (env: Record<string, string> = {}) =>
  runCli(
    [
      '--json',
      'init',
      join(dir.path, 'out'),
      '--connectors-config',
      join(dir.path, 'connectors.toml'),
      '--group',
      'echo',
    ],
    env,
  );
const made = (path: string) => readFileSync(join(dir.path, 'out', path), 'utf8');
const everyFile = () =>
  readdirSync(join(dir.path, 'out'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(dir.path, 'out', path)).isFile(),
  );

it('makes everything once, and only what follows from an edit is written again', async () => {
  expect(await init()).toMatchObject({ code: 0 });
  const before = new Map(everyFile().map((path) => [path, made(path)]));
  expect(await init()).toMatchObject({ code: 0, out: '' });
  writeFileSync(
    join(dir.path, 'connectors.toml'),
    `${connectors}\n[[http_connectors]]\nname = "b"\nbearer_token = "b"\n`,
  );
  const { out } = await init();
  const changed = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { file: string }).file);
  expect(changed.sort()).toEqual(
    ['control-plane', 'http-gateway', 'session-router'].map((name) => `${name}/connectors.toml`),
  );
  for (const [path, text] of before) if (!changed.includes(path)) expect(made(path), path).toBe(text);
});

it('gives a process the secrets of its own kind only, in files that nobody else may read', async () => {
  await init();
  const holders = (secret: string) => everyFile().filter((path) => made(path).includes(secret));
  for (const kind of ['http', 'slack', 'external']) {
    expect(holders(`secret-of-${kind}`)).toEqual([`${kind}-gateway/connectors.toml`]);
  }
  expect(made('session-router/connectors.toml')).toContain('signing_secret = "[secret]"');
  expect(made('external-gateway/connectors.toml')).toContain(`working_dir = ${JSON.stringify(dir.path)}`);
  for (const path of everyFile()) expect(statSync(join(dir.path, 'out', path)).mode & 0o77, path).toBe(0);
});

it('gives a gateway the keys of its own kind, and the router the key of reply handles', async () => {
  await init();
  const slack = parseKeyring(made('slack-gateway/keyring'));
  const sealing = (keyring: typeof slack, purpose: string) => deriveKey(keyring, purpose).sealingId;
  expect(sealing(slack, 'secrets.connectors.slack')).toBe('k1');
  expect(() => sealing(slack, 'secrets.connectors.telegram')).toThrow();
  const router = parseKeyring(made('session-router/keyring'));
  expect(sealing(router, replyHandlePurpose)).toBe('k1');
  expect(() => sealing(router, 'secrets.connectors.slack')).toThrow();
});

it('makes a NATS user for each process and group, each with a password of its own', async () => {
  await init();
  const users = made('nats/users.conf');
  for (const name of ['http-gateway', 'slack-gateway', 'session-router', 'control-plane', 'cli']) {
    expect(users).toContain(`user: "${name}"`);
    expect(users).toContain(made(`${name}/nats.password`).trim());
  }
  expect(users).toContain('user: "consumer-echo"');
  expect(users).toContain(made('consumers/echo/nats.password').trim());
});

it('takes a key that is brought along, and keeps it', async () => {
  const key = `old:${Buffer.alloc(32, 7).toString('base64')}`;
  await init({ TRUNKLINE_MASTER_KEY: key });
  await init({ TRUNKLINE_MASTER_KEY: `new:${Buffer.alloc(32, 8).toString('base64')}` });
  expect(made('keys/master.key').trim()).toBe(key);
});

it('changes nothing because of a file with errors, and says where they are', async () => {
  await init();
  writeFileSync(join(dir.path, 'connectors.toml'), '[[http_connectors]]\nname = "hook"\nbearer = "x"\n');
  const before = made('http-gateway/connectors.toml');
  const { code, err } = await init();
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/connectors\.toml:3.*"bearer"/) });
  expect(made('http-gateway/connectors.toml')).toBe(before);
});

it.each(['connectors.toml', 'connectors.demo.toml', 'connectors.example.toml'])(
  '%s of deploy/ is valid',
  async (name) => {
    const file = join(import.meta.dirname, '../../../deploy', name);
    const { code, err } = await runCli(['init', join(dir.path, 'out'), '--connectors-config', file]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  },
);
