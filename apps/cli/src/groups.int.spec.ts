import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBus } from '@trunkline/bus';
import { startNats, tempDir, type NatsServer, type TempDir } from '@trunkline/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCli } from './testing/run-cli.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const passwords = ['CLI', 'HTTP_GATEWAY', 'SLACK_GATEWAY', 'TELEGRAM_GATEWAY', 'EXTERNAL_GATEWAY', 'SESSION_ROUTER']
  .concat(['CONTROL_PLANE', 'CONSUMER_AGENTS'])
  .map((name) => [`NATS_PASSWORD_${name}`, `${name}_of_the_test`] as const);
let dir: TempDir;
let nats: NatsServer;

beforeAll(async () => {
  dir = await tempDir();
  for (const [name, value] of passwords) vi.stubEnv(name, value);
  const { out: users } = await runCli(['bus', 'permissions']);
  const { out: group } = await runCli(['--json', 'bus', 'permissions', '--role', 'consumer-agents']);
  const { user, permissions } = JSON.parse(group) as { user: string; permissions: object };
  // As an operator would paste it.
  const entry = JSON.stringify({ user, password: 'pasted', permissions });
  nats = await startNats({ config: users.replace('users = [', `users = [\n${entry}`) });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await nats?.[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

async function trunkline(args: string[], password: string | undefined = 'CLI_of_the_test') {
  const file = join(dir.path, 'password');
  await writeFile(file, `${password}\n`);
  const env = { NATS_URL: nats.url, NATS_USER: 'cli', NATS_PASSWORD_FILE: file };
  return runCli(['--state-dir', dir.path, ...args], env);
}

it('the operator migrates and looks with the permissions that are printed; a wrong password is said to be one', async () => {
  expect(await trunkline(['bus', 'migrate'])).toMatchObject({ code: 0 });
  expect(await trunkline(['bus', 'status'])).toMatchObject({ code: 0, out: expect.stringContaining('tl_EVENTS') });
  const { code, err } = await trunkline(['bus', 'status'], 'wrong');
  expect({ code, err }).toEqual({ code: 4, err: expect.stringContaining('NATS_PASSWORD_FILE') });
});

it('a group is made with its user, listed and deleted, progress and state included', async () => {
  const created = await trunkline(['groups', 'create', 'agents']);
  expect(created).toMatchObject({ code: 0, out: expect.stringContaining('user: "consumer-agents"') });
  expect(created.out).toContain('password: $NATS_PASSWORD_CONSUMER_AGENTS');
  expect(created.err).toContain('_INBOX_consumer-agents.>');
  expect(await trunkline(['groups', 'create', 'agents'])).toMatchObject({
    code: 0,
    err: expect.stringContaining('there already'),
  });
  const listed = await trunkline(['--json', 'groups', 'list']);
  expect(JSON.parse(listed.out)).toEqual({
    ...{ name: 'agents', waiting: 0, unacknowledged: 0 },
    created_at: expect.any(String),
  });

  const bus = await openBus({ servers: nats.url, name: 'spec', user: 'cli', password: 'CLI_of_the_test' }, quiet);
  try {
    await bus.bucket('state').put('agents.session.1', { kept: true });
    await bus.bucket('state').put('others.session.1', { kept: true });
    expect(await trunkline(['groups', 'delete', 'agents'])).toMatchObject({ code: 0 });
    expect(await bus.bucket('state').get('agents.session.1')).toBeUndefined();
    expect(await bus.bucket('state').get('others.session.1')).toBeDefined();
  } finally {
    await bus.close();
  }
  expect(await trunkline(['groups', 'delete', 'agents'])).toMatchObject({ code: 5 });
});

it('refuses a name that is none, or a gateway’s', async () => {
  for (const name of ['a.b', 'slack', 'x'.repeat(41)])
    expect(await trunkline(['groups', 'create', name])).toMatchObject({ code: 2 });
  expect(await trunkline(['bus', 'permissions', '--role', 'gateway'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('slack-gateway'),
  });
});
