import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const keyrings = ['gpg', 'pgp'].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`);

/**
 * Debian's own package from a suite that is new enough, unpacked and not installed. apt keeps lists and cache in `into`, so
 * neither root nor a change to the machine is needed; the mirror is the one that the machine uses already.
 *
 * @param {import('./nats-server.mjs').Source} source
 * @returns {Promise<import('./nats-server.mjs').Found>}
 */
export async function fetchPackage({ into, pins, env, log }) {
  const mirror = await debianMirror(env);
  if (!mirror.ok) return mirror;
  const reasons = [];
  for (const suite of pins.debian_suites) {
    log(`fetching the package of Debian ${suite} (unpacked only, not installed)`);
    const work = join(into, suite);
    try {
      return { ok: true, path: await unpackFrom({ suite, mirror: mirror.uri, work, env }) };
    } catch (error) {
      reasons.push(`${suite}: ${firstComplaint(error)}`);
    }
  }
  return { ok: false, reason: reasons.join('; ') };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ ok: true, uri: string } | { ok: false, reason: string }>}
 */
async function debianMirror(env) {
  try {
    const { stdout } = await exec('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { env });
    // Cloud images list their mirrors in a file: mirror+file:/etc/apt/mirrors/debian.list
    const uri = stdout.split('\n').find((line) => /\/debian(\.list)?\/?$/.test(line));
    return uri ? { ok: true, uri } : { ok: false, reason: "apt's configuration names no Debian mirror" };
  } catch (error) {
    return { ok: false, reason: `no usable apt-get here (${firstComplaint(error)})` };
  }
}

/**
 * @param {{ suite: string, mirror: string, work: string, env: NodeJS.ProcessEnv }} from
 * @returns {Promise<string>} the unpacked server
 */
async function unpackFrom({ suite, mirror, work, env }) {
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  const keyring = keyrings.find((file) => existsSync(file));
  const sources = join(work, 'sources.list');
  await writeFile(sources, `deb ${keyring ? `[signed-by=${keyring}] ` : ''}${mirror} ${suite} main\n`);
  const options = [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'APT::Update::Error-Mode=any',
    // Root's apt otherwise downloads as a user who may not enter this directory.
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);

  const run = { cwd: work, env, timeout: 300_000 };
  await exec('apt-get', ['-qq', ...options, 'update'], run);
  await exec('apt-get', ['-qq', ...options, 'download', 'nats-server'], run);
  const [archive] = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  if (!archive) throw new Error('apt-get downloaded nothing');
  await exec('dpkg', ['-x', archive, 'unpacked'], run);
  return join(work, 'unpacked', 'usr', 'sbin', 'nats-server');
}

/**
 * @param {unknown} error of `exec`, whose message is the command and all that it said
 * @returns {string}
 */
function firstComplaint(error) {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error ? String(error.stderr).trim() : '';
  return (stderr || error.message).split('\n')[0] ?? '';
}
