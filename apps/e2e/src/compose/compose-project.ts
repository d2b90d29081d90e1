import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, tempDir, waitFor } from '@trunkline/testing';
import { cloneTo } from './clone.ts';

const outputBytes = 64 * 1024 * 1024;

/** Why nothing of compose can be run here, if so. */
export function missingEngine(): string | undefined {
  const asked = spawnSync('docker', ['compose', 'ls'], { encoding: 'utf8', timeout: 20_000 });
  return asked.status === 0 ? undefined : 'there is no Docker engine with Compose v2 (DOCKER_HOST)';
}

/** A container as `docker compose ps` shows it. */
export interface Container {
  ID: string;
  Name: string;
  Service: string;
  State: string;
  Health: string;
}

/** The repository's docker-compose.yml as a project of its own. What it made is gone at the end of its scope. */
export interface ComposeProject extends AsyncDisposable {
  /** A clone of the repository: where the commands run, and where an operator's own files belong. */
  readonly folder: string;
  /** Where caddy is published. */
  readonly url: string;
  /** Where it is published with TLS, if there is a domain. */
  readonly httpsUrl: string;
  /** Runs `docker compose ARGS` and returns what it printed. */
  compose(...args: string[]): Promise<string>;
  docker(...args: string[]): Promise<string>;
  /** Runs commands as an operator types them; the first that fails ends it. */
  sh(commands: string): Promise<string>;
  /** Those of a service, or all; ended ones too. */
  containers(service?: string): Promise<Container[]>;
  /** Resolves when a service has so many containers and each of them is healthy. */
  healthy(service: string, count?: number): Promise<void>;
  /** Runs a command of the CLI's image: `cli('deliveries', 'list')`. Its `/backup` is a folder that outlives all volumes. */
  cli(...args: string[]): Promise<string>;
}

export interface ComposeOptions {
  /** The connectors file. */
  connectors: string;
  profiles: string[];
  /** Compose files of the repository, or of the operator in the clone, on top of docker-compose.yml. */
  files?: string[];
  /** Services whose containers reach this machine as `host.docker.internal`. */
  callHome: string[];
  /** The domain that caddy has certificates for. */
  domain?: string;
  /** What an operator would write into `.env`. */
  settings?: Record<string, string>;
}

/** Prepares the project; nothing is built or started yet. */
export async function openComposeProject(options: ComposeOptions): Promise<ComposeProject> {
  const stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('trunkline-compose-'));
  const folder = join(dir.path, 'clone');
  const connectors = join(dir.path, 'connectors.toml');
  const override = join(dir.path, 'override.json');
  const backup = join(dir.path, 'backup');
  await cloneTo(folder);
  await writeFile(connectors, options.connectors, { mode: 0o644 });
  await mkdir(backup);
  // Containers run as a user of their own.
  await chmod(backup, 0o777);
  await writeFile(override, JSON.stringify(overrideOf(options)));
  const [http, https] = [await freePort(), await freePort()];
  const { domain = 'localhost', files = [] } = options;
  const httpsUrl = `https://${domain}:${https}`;
  const project = `trunkline-test-${process.pid}`;
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_FILE: [...['docker-compose.yml', ...files].map((file) => join(folder, file)), override].join(':'),
    COMPOSE_PROFILES: options.profiles.join(','),
    COMPOSE_ANSI: 'never',
    COMPOSE_PROGRESS: 'quiet',
    TRUNKLINE_HTTP_PORT: String(http),
    TRUNKLINE_HTTPS_PORT: String(https),
    TRUNKLINE_CONNECTORS_CONFIG: connectors,
    ...(options.domain && { TRUNKLINE_DOMAIN: domain, TRUNKLINE_PUBLIC_URL: httpsUrl }),
    ...options.settings,
  };
  const run = async (program: string, args: string[]) => {
    const { stdout } = await promisify(execFile)(program, args, { cwd: folder, env, maxBuffer: outputBytes });
    return stdout;
  };
  const docker = (...args: string[]) => run('docker', args);
  const compose = (...args: string[]) => docker('compose', ...args);
  stack.defer(() => remove(project, { docker, compose }));

  async function containers(service?: string): Promise<Container[]> {
    const printed = await compose('ps', '--all', '--format', 'json', ...(service ? [service] : []));
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line): Container => JSON.parse(line));
  }

  return {
    folder,
    url: `http://127.0.0.1:${http}`,
    httpsUrl,
    docker,
    compose,
    sh: (commands) => run('bash', ['-euo', 'pipefail', '-c', commands]),
    containers,
    async healthy(service, count = 1) {
      const check = async () => {
        const found = (await containers(service)).filter(({ State }) => State !== 'exited');
        return found.length === count && found.every(({ Health }) => Health === 'healthy');
      };
      await waitFor(check, { what: `${count} healthy ${service}`, timeoutMs: 90_000 });
    },
    cli: (...args) => compose('run', '--rm', '--no-TTY', '--volume', `${backup}:/backup`, 'cli', ...args),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Docker = (...args: string[]) => Promise<string>;

async function remove(project: string, { docker, compose }: { docker: Docker; compose: Docker }): Promise<void> {
  await compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '10').catch(async (error) => {
    const label = `label=com.docker.compose.project=${project}`;
    const left = [await docker('ps', '-aq', '--filter', label), await docker('volume', 'ls', '-q', '--filter', label)];
    if (left.join('').trim() !== '') throw error;
    // Docker 20.10 miscounts the ends of a network when a container on it was killed, and then never lets go of it.
    process.stderr.write(`docker compose: a network of ${project} is left behind: ${String(error)}\n`);
  });
}

function overrideOf({ callHome }: ComposeOptions) {
  const home = { extra_hosts: ['host.docker.internal:host-gateway'] };
  return { services: Object.fromEntries(callHome.map((service) => [service, home])) };
}
