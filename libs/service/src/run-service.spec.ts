import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@trunkline/testing';
import { afterEach, describe, expect, it } from 'vitest';

interface Line {
  level: string;
  message: string;
  [field: string]: unknown;
}

const sample = fileURLToPath(new URL('./testing/sample-service.ts', import.meta.url));
const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

function start(args: string[] = [], env: Record<string, string> = {}) {
  return follow(process.execPath, [sample, ...args], env);
}

function follow(command: string, args: string[], env: Record<string, string>) {
  const child = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
  children.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    for (const check of waiting) check();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output: lines.join('\n'), stderr }));
  });
  const parsed = () => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Line);

  async function logged(message: string): Promise<Line> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = parsed().find((line) => line.message === message);
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      child.on('close', () => reject(new Error(`ended without ${message}: ${lines.join('\n')}${stderr}`)));
      check();
    });
  }
  return { child, ended, logged, lines: parsed };
}

const get = async (url: unknown) => {
  const response = await fetch(String(url));
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe('a service that was told to stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes what it opened last first, and exits 0 on %s', async (signal) => {
    const service = start();
    await service.logged('sample.running');
    service.child.kill(signal);
    const { code } = await service.ended;
    const order = service
      .lines()
      .map(({ message }) => message)
      .filter((message) => /^closed|stop/.test(message));
    expect(order).toEqual([
      'service.stopping',
      'service.stop-failed',
      'closed.last-opened',
      'closed.first-opened',
      'service.stopped',
    ]);
    expect(code).toBe(0);
  });

  it('is not ready while it stops, and still answers', async () => {
    const service = start(['--act', 'hang']);
    const { ops_url } = await service.logged('service.started');
    await service.logged('sample.running');
    expect((await get(`${ops_url}/readyz`)).status).toBe(200);
    service.child.kill('SIGTERM');
    await service.logged('service.stopping');
    const { status, text } = await get(`${ops_url}/readyz`);
    expect([status, JSON.parse(text)]).toEqual([503, expect.objectContaining({ status: 'stopping', ready: false })]);
    expect((await get(`${ops_url}/livez`)).status).toBe(200);
  });

  it('ends at once on a second signal', async () => {
    const service = start(['--act', 'hang']);
    await service.logged('sample.running');
    service.child.kill('SIGTERM');
    await service.logged('service.stopping');
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(143);
  });

  it('stops when its parent closes standard input, if it was asked to watch it', async () => {
    const service = start([], { TRUNKLINE_PARENT_WATCH: '1' });
    await service.logged('sample.running');
    service.child.stdin.end();
    expect((await service.ended).code).toBe(0);
  });
});

describe('a service whose parent is killed', () => {
  it('stops, even where something else holds its standard input open', async () => {
    const script = `exec 3<&0; "${process.execPath}" "${sample}" <&3 & wait`;
    const parent = follow('sh', ['-c', script], { TRUNKLINE_PARENT_WATCH: '1' });
    await parent.logged('sample.running');
    parent.child.kill('SIGKILL');
    expect(await parent.logged('service.stopping')).toMatchObject({ reason: 'parent gone' });
    expect((await parent.ended).output).toContain('service.stopped');
  });
});

describe('a service that fails', () => {
  it.each([
    { act: 'reject', message: 'service.crashed', because: 'an unhandled rejection is a bug' },
    { act: 'throw', message: 'service.crashed', because: 'so is an uncaught exception' },
    { act: 'background', message: 'service.background-failed', because: 'half a gateway loses messages quietly' },
    { act: 'fail', message: 'service.start-failed', because: 'main could not set things up' },
  ])('$act: $because', async ({ act, message }) => {
    const service = start(['--act', act]);
    expect(await service.logged(message)).toMatchObject({ level: 'fatal', error: { type: 'Error' } });
    const { code } = await service.ended;
    expect(code).toBe(1);
    expect(service.lines().map((line) => line.message)).toContain('closed.first-opened');
  });
});

describe('configuration', () => {
  it('reports every problem at once, without the values, and exits 2', async () => {
    const { ended } = start(['--ops-port', 'hunter2', '--act=dance', '--nonsense', '--sample-token', 'one'], {
      SAMPLE_TOKEN_FILE: '/nowhere',
      LOG_LEVEL: 'hunter2',
      TRUNKLINE_MASTER_KEY: 'hunter2',
    });
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(1, -1)).toEqual([
      '  unknown flag --nonsense (--help lists all)',
      '  --ops-port: must be a whole number from 0 to 65535',
      '  LOG_LEVEL: must be one of debug, info, warn, error, fatal, silent',
      '  --act: must be one of serve, reject, throw, background, fail, hang, degraded',
      '  --sample-token and SAMPLE_TOKEN_FILE: give only one',
      expect.stringContaining('TRUNKLINE_MASTER_KEY: The keyring cannot be read: entry 1'),
    ]);
    expect(stderr).not.toContain('hunter2');
  });

  it('logs its configuration once, secrets only as configured', async () => {
    await using dir = await tempDir();
    const file = join(dir.path, 'token');
    await writeFile(file, 'hunter2\n');
    const service = start(['--sample-token-file', file], { NATS_URL: 'nats://ann:hunter2@127.0.0.1:4222' });
    const { config } = await service.logged('service.started');
    expect(config).toMatchObject({
      sample_token_configured: true,
      nats_password_configured: false,
      nats_url: ['nats://127.0.0.1:4222'],
      ops_port: 0,
    });
    service.child.kill('SIGTERM');
    expect((await service.ended).output).not.toContain('hunter2');
  });

  it('lists every flag and variable in --help', async () => {
    const { code, output } = await start(['--help']).ended;
    expect(code).toBe(0);
    for (const name of [
      '--act',
      'SAMPLE_ACT',
      '--nats-url',
      'OPS_PORT',
      'TRUNKLINE_MASTER_KEY_FILE',
      '--sample-token-file',
    ]) {
      expect(output).toContain(name);
    }
  });
});

describe('the ops server', () => {
  it('says what keeps the service from being ready', async () => {
    const service = start(['--act', 'degraded']);
    const { ops_url } = await service.logged('service.started');
    await service.logged('sample.running');
    const { status, text } = await get(`${ops_url}/readyz`);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      service: 'sample',
      version: '1.2.3',
      status: 'not_ready',
      checks: { work: { ready: false, backlog: 3 } },
    });
  });

  it('serves metrics', async () => {
    const service = start();
    const { ops_url } = await service.logged('service.started');
    const { type, text } = await get(`${ops_url}/metrics`);
    expect(type).toContain('text/plain');
    expect(text).toMatch(/^trunkline_process_resident_memory_bytes \d+$/m);
    expect((await get(`${ops_url}/else`)).status).toBe(404);
  });
});
