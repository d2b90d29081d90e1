import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { generateKey } from '@trunkline/secrets';
import { waitFor } from '@trunkline/testing';
import { testAdminToken } from './start-test-api.ts';

const main = resolve(import.meta.dirname, '../main.ts');

/** A control plane that is a process of its own; resolves when it answers. */
export async function startControlPlane(at: { natsUrl: string; port: number; env?: Record<string, string> }) {
  const { natsUrl, port, env = {} } = at;
  const child = spawn(process.execPath, [main, '--ops-port', '0', '--port', String(port)], {
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      TRUNKLINE_MASTER_KEY: generateKey('test'),
      TRUNKLINE_ADMIN_TOKEN: testAdminToken,
      CONNECTORS_CONFIG: undefined,
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const headers = { authorization: `Bearer ${testAdminToken}` };
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => (await fetch(`${url}/v1/whoami`, { headers })).ok, {
    what: 'the control plane',
    timeoutMs: 30_000,
  });
  return { url, kill: () => end('SIGKILL'), stop: () => end('SIGTERM'), [Symbol.asyncDispose]: () => end('SIGKILL') };
}
