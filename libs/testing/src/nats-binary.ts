import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const cached = resolve(import.meta.dirname, '../../../.cache/nats-server/nats-server');

/** The nats-server to test with: the one named in the environment, else the one that `npm test` fetched, else one on PATH. */
export function natsBinary(env: Record<string, string | undefined>): string | undefined {
  if (env.TRUNKLINE_NATS_SERVER) return env.TRUNKLINE_NATS_SERVER;
  const onPath = (env.PATH ?? '').split(delimiter).map((dir) => join(dir, 'nats-server'));
  return [cached, ...onPath].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
