import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const tool = resolve(import.meta.dirname, '../../../../tools/bundle.mjs');

/** The services that are deployed. */
const services = ['http-gateway', 'slack-gateway', 'telegram-gateway', 'external-gateway', 'session-router'] as const;

/** What `deploy/Dockerfile` gives a service beside its settings. */
export const deployedEnv = { MALLOC_ARENA_MAX: '1' };

/** Bundles services as they are deployed, each into a folder of its own below `folder`. Returns where each begins. */
export async function bundle(folder: string): Promise<Record<(typeof services)[number], string>> {
  const mainOf = (service: (typeof services)[number]) => join(folder, service, 'main.mjs');
  for (const service of services) await promisify(execFile)(process.execPath, [tool, service, join(folder, service)]);
  return {
    'http-gateway': mainOf('http-gateway'),
    'slack-gateway': mainOf('slack-gateway'),
    'telegram-gateway': mainOf('telegram-gateway'),
    'external-gateway': mainOf('external-gateway'),
    'session-router': mainOf('session-router'),
  };
}
