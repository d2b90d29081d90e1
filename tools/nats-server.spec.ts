import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer, pins } from './nats-server.mjs';

let dir: string;
let cacheDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trunkline-tools-'));
  cacheDir = join(dir, 'cache');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** tar, gzip and sh, and nothing that a machine may have besides. */
const systemPath = '/usr/bin:/bin';
const nowhere = 'http://127.0.0.1:9';

describe('a nats-server that is there', () => {
  it('is the one named in the environment, before any other', async () => {
    const named = fakeServer(join(dir, 'named'), '2.12.0');
    const env = { PATH: onlyIn('bin', '2.15.0'), TRUNKLINE_NATS_SERVER: named };
    expect(await findNatsServer({ env, cacheDir })).toBe(named);
  });

  it.each([
    { version: undefined, says: /is not there/, because: 'a wrong path is a mistake to show, not to work around' },
    {
      version: '2.10.27',
      says: /is 2\.10\.27, older than 2\.11\.0/,
      because: 'old servers ignore what the bus asks for',
    },
    { version: 'none', says: /does not say its version/, because: 'it is some other program' },
  ])('is refused when named and unusable ($version): $because', async ({ version, says }) => {
    const named = join(dir, 'named');
    if (version) fakeServer(named, version);
    const env = { PATH: onlyIn('bin', '2.15.0'), TRUNKLINE_NATS_SERVER: named };
    await expect(findNatsServer({ env, cacheDir })).rejects.toThrow(says);
  });

  it('is taken from PATH when it is new enough, also where versions have two digits', async () => {
    const env = { PATH: onlyIn('bin', '2.11.0') };
    expect(await findNatsServer({ env, cacheDir })).toBe(join(dir, 'bin', 'nats-server'));
  });

  it('is taken from the cache when the one on PATH is too old, and nothing is fetched', async () => {
    mkdirSync(cacheDir);
    const cached = fakeServer(join(cacheDir, 'nats-server'), '2.15.0');
    const env = { PATH: onlyIn('bin', '2.9.10'), TRUNKLINE_NATS_RELEASE_URL: nowhere };
    expect(await findNatsServer({ env, cacheDir, log: fail })).toBe(cached);
  });
});

describe('the official release', () => {
  // Made once: an archive made a second later has other times in it, and so another digest.
  const good = archive('2.15.0');

  it('is downloaded, verified, unpacked and kept for the next time', async () => {
    await using site = await serve(good);
    const PATH = withFakeApt({ mirror: '' });
    const options = { cacheDir, platform: 'test-cpu', pins: pinning(good), log: quiet };
    const found = await findNatsServer({ ...options, env: { PATH, TRUNKLINE_NATS_RELEASE_URL: site.url } });
    expect(found).toBe(join(cacheDir, 'nats-server'));
    expect(readdirSync(cacheDir)).toEqual(['nats-server']);
    const offline = { PATH, TRUNKLINE_NATS_RELEASE_URL: nowhere };
    expect(await findNatsServer({ ...options, env: offline, log: fail })).toBe(found);
    expect(site.requests).toEqual(['/fake-server.tar.gz']);
  });

  it('may be fetched by two at once', async () => {
    await using site = await serve(good);
    const env = { PATH: withFakeApt({ mirror: '' }), TRUNKLINE_NATS_RELEASE_URL: site.url };
    const options = { cacheDir, env, platform: 'test-cpu', pins: pinning(good), log: quiet };
    const found = await Promise.all([findNatsServer(options), findNatsServer(options)]);
    expect(new Set(found)).toEqual(new Set([join(cacheDir, 'nats-server')]));
    expect(readdirSync(cacheDir)).toEqual(['nats-server']);
  });

  const old = archive('2.9.0');
  const notAnArchive = Buffer.from('<html>Sign in to this network</html>');
  it.each<{ name: string; answer: Buffer | RequestListener; pinned: Buffer; platform?: string; says: RegExp }>([
    {
      name: 'other content than pinned',
      answer: archive('2.15.1'),
      pinned: good,
      says: /pinned is .*: not used/,
    },
    {
      name: 'a connection that ends half-way',
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': good.length });
        response.write(good.subarray(0, 100), () => response.destroy());
      },
      pinned: good,
      says: /could not be fetched/,
    },
    { name: 'half of the file', answer: good.subarray(0, 100), pinned: good, says: /\(100 bytes\) has sha256/ },
    {
      name: 'a 404',
      answer: (_request, response) => response.writeHead(404).end(),
      pinned: good,
      says: /answered 404/,
    },
    { name: 'no archive', answer: notAnArchive, pinned: notAnArchive, says: /tar could not unpack/ },
    {
      name: 'too old a server',
      answer: old,
      pinned: old,
      says: /2\.9\.0, older/,
    },
    {
      name: 'a platform without digest',
      answer: good,
      pinned: good,
      platform: 'aix-ppc64',
      says: /no digest is pinned/,
    },
  ])('is not used for $name', async ({ answer, pinned, platform = 'test-cpu', says }) => {
    await using site = await serve(answer);
    const env = { PATH: withFakeApt({ mirror: '' }), TRUNKLINE_NATS_RELEASE_URL: site.url };
    const options = { cacheDir, env, platform, pins: pinning(pinned), log: quiet };
    const searching = findNatsServer(options);
    await expect(searching).rejects.toThrow(says);
    await expect(searching).rejects.toThrow(/PATH: there is none(.|\n)*no Debian mirror/);
    expect(readdirSync(cacheDir)).toEqual([]);
  });
});

describe('the package of the distribution', () => {
  const mirror = 'mirror+file:/etc/apt/mirrors/debian.list';

  it('is unpacked from the first suite that has it, over the mirror of the machine, with all files of apt in the cache', async () => {
    const env = { PATH: withFakeApt({ mirror, missingIn: 'forky' }), TRUNKLINE_NATS_RELEASE_URL: nowhere };
    const found = await findNatsServer({ env, cacheDir, log: quiet });
    expect(found).toBe(join(cacheDir, 'nats-server'));
    expect(readdirSync(cacheDir)).toEqual(['nats-server']);
    const calls = readFileSync(join(dir, 'apt.log'), 'utf8').trim().split('\n');
    expect(calls.map((call) => call.replace(/^.* /, ''))).toEqual(['$(REPO_URI)', 'update', 'update', 'nats-server']);
    const sources = readFileSync(join(dir, 'sources.log'), 'utf8');
    expect(sources).toMatch(/^deb .*mirror\+file:\/etc\/apt\/mirrors\/debian\.list forky main\ndeb .* sid main\n/);
    for (const call of calls.slice(1)) {
      expect(call).toContain(`Dir::State::lists=${cacheDir}`);
      expect(call).toContain(`Dir::Cache=${cacheDir}`);
      expect(call).toContain('Dir::Etc::sourceparts=/dev/null');
    }
  });

  it('is missed with what apt said about each suite', async () => {
    const env = { PATH: withFakeApt({ mirror, missingIn: '[a-z]*' }), TRUNKLINE_NATS_RELEASE_URL: nowhere };
    const searching = findNatsServer({ env, cacheDir, log: quiet });
    await expect(searching).rejects.toThrow(/forky: E: no such suite; sid: E: no such suite/);
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  // Ten megabytes of package lists: where it matters most, a clean machine of the CI, and not at every run of a developer.
  it.runIf(process.env.CI && existsSync('/usr/bin/apt-get'))(
    'really comes from Debian',
    { timeout: 300_000 },
    async () => {
      const env = { ...process.env, PATH: systemPath, TRUNKLINE_NATS_SERVER: '', TRUNKLINE_NATS_RELEASE_URL: nowhere };
      const found = await findNatsServer({ env, cacheDir, log: quiet });
      expect(execFileSync(found, ['--version'], { encoding: 'utf8' })).toMatch(/nats-server: v2\.\d+/);
    },
  );
});

it('pins a digest for each platform, of files of the pinned version', () => {
  expect(Object.keys(pins.assets).sort()).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
  expect(pins.base_url).toContain(`/v${pins.version}`);
  const assets = Object.values(pins.assets);
  for (const { file, sha256 } of assets) {
    expect(file).toMatch(new RegExp(`^nats-server-v${pins.version}-.*\\.tar\\.gz$`));
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(new Set(assets.map((asset) => asset.sha256)).size).toBe(assets.length);
});

function quiet(): void {}

function fail(line: string): never {
  throw new Error(`fetched something: ${line}`);
}

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function fakeServer(path: string, version: string): string {
  return script(path, `echo "nats-server: v${version}"`);
}

/** A PATH with this server and nothing else that could be found instead. */
function onlyIn(name: string, version: string): string {
  mkdirSync(join(dir, name));
  fakeServer(join(dir, name, 'nats-server'), version);
  return `${join(dir, name)}:${systemPath}`;
}

/** What a release looks like: one directory named after the file, the server in it. */
function archive(version: string): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'trunkline-archive-'));
  try {
    mkdirSync(join(work, 'fake-server'));
    fakeServer(join(work, 'fake-server', 'nats-server'), version);
    execFileSync('tar', ['-czf', 'fake-server.tar.gz', 'fake-server'], { cwd: work });
    return readFileSync(join(work, 'fake-server.tar.gz'));
  } finally {
    rmSync(work, { recursive: true });
  }
}

function pinning(bytes: Buffer): typeof pins {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...pins, assets: { 'test-cpu': { file: 'fake-server.tar.gz', sha256 } } };
}

async function serve(answer: Buffer | RequestListener): Promise<AsyncDisposable & { url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (typeof answer === 'function') answer(request, response);
    else response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

/** A PATH whose apt-get and dpkg only pretend, and write down what they were asked. */
function withFakeApt({ mirror, missingIn = 'none' }: { mirror: string; missingIn?: string }): string {
  const bin = join(dir, 'apt');
  mkdirSync(bin);
  script(
    join(bin, 'apt-get'),
    `echo "$*" >> "${dir}/apt.log"
    for last; do case $last in Dir::Etc::sourcelist=*) list="\${last#*=}";; esac; done
    case $last in
      update) cat "$list" >> "${dir}/sources.log"
        if grep -q " ${missingIn} main" "$list"; then echo 'E: no such suite' >&2; exit 100; fi ;;
      nats-server) : > nats-server_2_test.deb ;;
      *) echo "${mirror}" ;;
    esac`,
  );
  const body =
    'mkdir -p "$3/usr/sbin"; printf \'#!/bin/sh\\necho nats-server: v2.15.1\\n\' > "$3/usr/sbin/nats-server"';
  script(join(bin, 'dpkg'), `[ -f "$2" ] && ${body}; chmod +x "$3/usr/sbin/nats-server"`);
  return `${bin}:${systemPath}`;
}
