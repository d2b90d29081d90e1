import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { waitFor } from '@trunkline/testing';
import { describe, expect, it } from 'vitest';
import { followLines } from './child-output.ts';
import { startChild, type Child } from './child-process.ts';
import { isAlive } from './testing/in-process.ts';

const env = { PATH: process.env['PATH'] ?? '' };

/** A shell that runs this; its lines come into `lines`. */
function sh(script: string, more: { allowedMs?: number; cwd?: string; command?: string } = {}) {
  const lines: string[] = [];
  const { allowedMs = 60_000, cwd = '/', command = 'sh' } = more;
  const child = startChild({ command, args: ['-c', script], cwd, env, allowedMs }, (_from, output) =>
    followLines(output, { mask: (text) => text.replaceAll('hunter2', '***'), onLine: (line) => lines.push(line) }),
  );
  return { child, lines };
}

const pidOf = async (child: Child) => (await child.pid) ?? 0;
const stubborn = "trap '' TERM; echo up; while :; do sleep 0.05; done";

describe('a child behind its watchdog', () => {
  it('ends by itself, and takes with it what it left behind', async () => {
    const { child, lines } = sh('sleep 600 & echo $!; exit 7');
    expect(await child.ended).toEqual({ how: 'ended', code: 7, signal: null, why: 'exited' });
    await waitFor(() => lines.length === 1, { what: 'its line' });
    await waitFor(() => !isAlive(Number(lines[0])), { what: 'the one left behind to be gone' });
  });

  it('is asked to stop, then killed', async () => {
    const { child, lines } = sh(stubborn);
    await waitFor(() => lines.includes('up'), { what: 'it to run' });
    child.stop(100);
    expect(await child.ended).toEqual({ how: 'ended', code: null, signal: 'SIGKILL', why: 'stopped' });
  });

  it('is killed when we fall silent', async () => {
    const { child, lines } = sh(stubborn, { allowedMs: 1_500 });
    await waitFor(() => lines.includes('up'), { what: 'it to run' });
    const beating = setInterval(() => child.beat(1_500), 50);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(isAlive(await pidOf(child))).toBe(true);
    clearInterval(beating);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL', why: 'gateway_silent' });
  });

  it('lives no longer than was allowed last: not to the end of our silence, if its lease ends before', async () => {
    const { child, lines } = sh(stubborn);
    await waitFor(() => lines.includes('up'), { what: 'it to run' });
    const endsAt = performance.now() + 600;
    const beating = setInterval(() => child.beat(Math.max(0, endsAt - performance.now())), 50);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL', why: 'gateway_silent' });
    clearInterval(beating);
  });

  it.runIf(process.platform === 'linux')('does not outlive a watchdog that is killed', async () => {
    const { child, lines } = sh(stubborn);
    await waitFor(() => lines.includes('up'), { what: 'it to run' });
    const pid = await pidOf(child);
    const watchdog = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
    process.kill(watchdog, 'SIGKILL');
    expect(await child.ended).toEqual({ how: 'watchdog_lost' });
    await waitFor(() => !isAlive(pid), { what: 'it to be gone' });
  });

  it.each([
    { with: { command: '/no/such/program' }, because: 'no such program' },
    { with: { cwd: '/no/such/folder' }, because: 'no such folder' },
  ])('that cannot be started says so: $because', async (given) => {
    const { child } = sh('true', given.with);
    expect([await child.pid, await child.ended]).toEqual([undefined, { how: 'failed', code: 'ENOENT' }]);
  });

  it('shows neither command nor environment in its watchdog', async () => {
    const { child, lines } = sh('echo up; sleep 600');
    await waitFor(() => lines.includes('up'), { what: 'it to run' });
    const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const dogs = stdout.split('\n').filter((line) => line.includes('watchdog.mjs'));
    expect(dogs.some((line) => line.includes('sleep'))).toBe(false);
    child.kill();
    expect(await child.ended).toMatchObject({ why: 'killed' });
  });
});

describe('what a child prints', () => {
  it('is masked line by line, also in the middle of a line that is too long', async () => {
    const script = `printf 'one hunter2\\r\\n\\n'; head -c 200000 /dev/zero | tr '\\0' x; printf 'hunter2\\nlast'`;
    const { child, lines } = sh(script);
    await child.ended;
    await waitFor(() => lines.at(-1) === 'last', { what: 'its lines' });
    expect(lines.map((line) => line.length)).toEqual(['one ***'.length, 8192, 4]);
    expect(lines[0]).toBe('one ***');
  });
});
