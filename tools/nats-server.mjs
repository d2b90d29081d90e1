import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchPackage } from './nats-package.mjs';
import { fetchRelease } from './nats-release.mjs';
import { runTool, ToolError } from './tool-error.mjs';

const exec = promisify(execFile);

/**
 * What nats-server.json holds: `floor` is the oldest server that the bus runs on, the rest is what we fetch.
 *
 * @typedef {object} Pins
 * @property {string} floor
 * @property {string} version
 * @property {string} base_url
 * @property {Record<string, { file: string, sha256: string }>} assets by platform and architecture, as Node names them
 * @property {string[]} debian_suites
 */

/** @typedef {{ ok: true, path: string } | { ok: false, reason: string }} Found */

/**
 * What a source of servers is given; it puts files into `into` only, a directory that is removed afterwards.
 *
 * @typedef {object} Source
 * @property {string} into
 * @property {Pins} pins
 * @property {string} platform
 * @property {NodeJS.ProcessEnv} env
 * @property {(line: string) => void} log
 */

/** @type {Pins} */
export const pins = JSON.parse(readFileSync(new URL('./nats-server.json', import.meta.url), 'utf8'));

/**
 * The path of a nats-server that is new enough: the one named in TRUNKLINE_NATS_SERVER and no other, or else the first of
 * PATH, .cache, the official release, Debian's package. What had to be fetched is kept in .cache for the next time.
 *
 * @param {Partial<Omit<Source, 'into'>> & { cacheDir?: string }} [options]
 * @returns {Promise<string>}
 */
export async function findNatsServer(options = {}) {
  const {
    cacheDir = fileURLToPath(new URL('../.cache/nats-server', import.meta.url)),
    env = process.env,
    log = (line) => process.stderr.write(`nats-server: ${line}\n`),
    platform = `${process.platform}-${process.arch}`,
  } = options;
  const source = { pins, ...options, env, log, platform };
  const { floor } = source.pins;

  if (env.TRUNKLINE_NATS_SERVER) return named(env.TRUNKLINE_NATS_SERVER, floor);

  const cached = join(cacheDir, 'nats-server');
  /** @type {[string, () => Promise<Found>][]} */
  const places = [
    ['PATH', () => onPath(env, floor)],
    ['cache', () => newEnough(cached, floor)],
    ['official release', () => fetched(fetchRelease, { ...source, cached })],
    ['distribution package', () => fetched(fetchPackage, { ...source, cached })],
  ];
  const tried = [];
  for (const [place, look] of places) {
    const found = await look();
    if (found.ok) return found.path;
    tried.push(`  ${place}: ${found.reason}`);
  }
  throw new ToolError(`No nats-server ${floor} or newer could be found:\n${tried.join('\n')}`, {
    fix: 'install nats-server and put it on PATH, or set TRUNKLINE_NATS_SERVER to its path. (A first run needs the network.)',
  });
}

/**
 * @param {string} path
 * @param {string} floor
 * @returns {Promise<string>}
 */
async function named(path, floor) {
  const checked = await newEnough(path, floor);
  if (checked.ok) return path;
  throw new ToolError(`TRUNKLINE_NATS_SERVER cannot be used: ${checked.reason}`, {
    fix: `name a nats-server ${floor} or newer, or unset it and one is found for you.`,
  });
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} floor
 * @returns {Promise<Found>}
 */
async function onPath(env, floor) {
  const files = (env.PATH ?? '').split(delimiter).map((dir) => join(dir, 'nats-server'));
  const file = files.find(isExecutable);
  return file ? newEnough(file, floor) : { ok: false, reason: 'there is none' };
}

/**
 * Asks the program itself, so that one for another machine, or half of one, does not count.
 *
 * @param {string} path
 * @param {string} floor
 * @returns {Promise<Found>}
 */
async function newEnough(path, floor) {
  if (!isExecutable(path)) return { ok: false, reason: `${path} is not there, or not executable` };
  try {
    const { stdout } = await exec(path, ['--version'], { timeout: 10_000 });
    const version = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
    if (!version) return { ok: false, reason: `${path} does not say its version` };
    const isOld = version.localeCompare(floor, 'en', { numeric: true }) < 0;
    return isOld ? { ok: false, reason: `${path} is ${version}, older than ${floor}` } : { ok: true, path };
  } catch (error) {
    return { ok: false, reason: `${path} does not run: ${error instanceof Error ? error.message : error}` };
  }
}

/**
 * Works beside the cache and renames the finished file into place: two of us at once do the work twice, and no harm.
 *
 * @param {(source: Source) => Promise<Found>} from
 * @param {Omit<Source, 'into'> & { cached: string }} source
 * @returns {Promise<Found>}
 */
async function fetched(from, { cached, ...source }) {
  const cacheDir = join(cached, '..');
  await mkdir(cacheDir, { recursive: true });
  const into = await mkdtemp(join(cacheDir, 'fetching-'));
  try {
    const found = await from({ ...source, into });
    const checked = found.ok ? await newEnough(found.path, source.pins.floor) : found;
    if (!checked.ok) {
      source.log(checked.reason);
      return checked;
    }
    await rename(checked.path, cached);
    return { ok: true, path: cached };
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runTool(async () => {
    process.stdout.write(`${await findNatsServer()}\n`);
    return 0;
  });
}
