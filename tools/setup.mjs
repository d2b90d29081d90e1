import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPackages } from './missing-packages.mjs';
import { findNatsServer } from './nats-server.mjs';
import { ToolError } from './tool-error.mjs';

const neededNode = 24;

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Makes a clone ready to run: dependencies, Node 24, a nats-server, the built console. Says nothing and takes a moment when all is there.
 *
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the Node to run our code with, and the environment for it
 */
export async function setUp() {
  await installDependencies();
  const node = findNode();
  const PATH = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  // What it is built with may just have been installed.
  const { buildConsole } = await import('./console.mjs');
  const made = { TRUNKLINE_NATS_SERVER: await findNatsServer(), CONSOLE_DIR: await buildConsole() };
  return { node, env: { ...process.env, PATH, ...made } };
}

async function installDependencies() {
  const missing = missingPackages(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'));
  if (missing.length === 0) return;
  process.stderr.write(`setup: npm ci (${missing.length} packages are missing or differ from package-lock.json)\n`);
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  const code = await new Promise((resolve, reject) => npm.once('error', reject).once('exit', resolve));
  if (code === 0) return;
  throw new ToolError(`npm ci failed (exit code ${code}); what it said is above.`, {
    fix:
      'if it could not reach the npm registry, check the network: only the first run needs it, later ones work offline. ' +
      'If it says that package.json and package-lock.json are not in sync, run npm install and keep what it changes.',
  });
}

/**
 * @param {string} file
 * @returns {import('./missing-packages.mjs').LockFile | undefined}
 */
function readLock(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** @returns {string} */
function findNode() {
  const packaged = join(root, 'node_modules', '.bin', 'node');
  for (const node of [packaged, process.execPath]) {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    if (Number(/^v(\d+)/.exec(version)?.[1]) >= neededNode) return node;
  }
  const here = `${process.platform}-${process.arch}`;
  throw new ToolError(`Node ${neededNode} is needed. This is ${process.version}, and npm installed none for ${here}.`, {
    fix: existsSync(join(root, 'node_modules', `node-${here}`))
      ? `the packaged Node does not run here; install Node ${neededNode} and run this with it.`
      : `install Node ${neededNode} and run this with it (or run npm ci without --omit=optional, if that left it out).`,
  });
}
