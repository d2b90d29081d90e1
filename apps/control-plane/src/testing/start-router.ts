import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { generateKey } from '@trunkline/secrets';

const main = resolve(import.meta.dirname, '../../../session-router/src/main.ts');

/** A session router beside the test, a process of its own; it begins to route within a second or so. */
export async function startRouter(natsUrl: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [main, '--ops-port', '0'], {
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      TRUNKLINE_MASTER_KEY: generateKey('router'),
      CONNECTORS_CONFIG: undefined,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
