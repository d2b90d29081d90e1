import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Everything that the page is made of. */
const made = [
  'apps/console',
  'libs/control-api',
  'libs/events',
  'libs/errors',
  'package-lock.json',
  'tools/console.mjs',
];

/**
 * Builds the console, unless this very state of its sources was built before.
 *
 * @returns {Promise<string>} the folder with index.html
 */
export async function buildConsole() {
  const builds = join(root, '.cache', 'console');
  const folder = join(builds, fingerprint());
  if (existsSync(folder)) return folder;
  const fresh = join(builds, `new-${process.pid}`);
  await buildConsoleInto(fresh);
  // Another process may have built the same meanwhile, and be reading it.
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  const others = readdirSync(builds).filter((name) => !name.startsWith('new-') && join(builds, name) !== folder);
  for (const old of others) rmSync(join(builds, old), { recursive: true, force: true });
  return folder;
}

/**
 * Builds the console into a folder, which is emptied first.
 *
 * @param {string} outDir
 */
export async function buildConsoleInto(outDir) {
  // Whoever builds may be a test, which says so to everything: React would be the one for development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({ root: join(root, 'apps/console'), build: { outDir, emptyOutDir: true }, logLevel: 'error' });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of made.flatMap(filesOf))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  if (path.endsWith('.json') || path.endsWith('.mjs')) return [path];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules') && !/\.spec\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}
