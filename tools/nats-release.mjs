import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/**
 * The official release of our pinned version. Nothing of it is unpacked before its sha256 is the one in nats-server.json.
 *
 * @param {import('./nats-server.mjs').Source} source
 * @returns {Promise<import('./nats-server.mjs').Found>}
 */
export async function fetchRelease({ into, pins, platform, env, log }) {
  const asset = pins.assets[platform];
  if (!asset) return { ok: false, reason: `no digest is pinned for ${platform}, so nothing was downloaded` };
  const url = `${(env.TRUNKLINE_NATS_RELEASE_URL ?? pins.base_url).replace(/\/$/, '')}/${asset.file}`;
  log(`downloading ${url}`);

  const download = await get(url);
  if (!download.ok) return download;
  const sha256 = createHash('sha256').update(download.bytes).digest('hex');
  if (sha256 !== asset.sha256) {
    const size = `${download.bytes.length} bytes`;
    return { ok: false, reason: `${url} (${size}) has sha256 ${sha256}, pinned is ${asset.sha256}: not used` };
  }

  const archive = join(into, asset.file);
  await writeFile(archive, download.bytes);
  try {
    await exec('tar', ['-xzf', archive, '-C', into], { env });
  } catch (error) {
    return { ok: false, reason: `tar could not unpack ${asset.file}: ${messageOf(error)}` };
  }
  return { ok: true, path: join(into, asset.file.replace(/\.tar\.gz$/, ''), 'nats-server') };
}

/**
 * @param {string} url
 * @returns {Promise<{ ok: true, bytes: Buffer } | { ok: false, reason: string }>}
 */
async function get(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(180_000) });
    if (!answer.ok) return { ok: false, reason: `${url} answered ${answer.status}` };
    return { ok: true, bytes: Buffer.from(await answer.arrayBuffer()) };
  } catch (error) {
    return { ok: false, reason: `${url} could not be fetched: ${messageOf(error)}` };
  }
}

/**
 * fetch puts what went wrong into `cause`, and only "fetch failed" into the message.
 *
 * @param {unknown} error
 * @returns {string}
 */
function messageOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause ? `${error.message} (${messageOf(error.cause)})` : error.message;
}
