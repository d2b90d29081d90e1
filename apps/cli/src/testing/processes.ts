import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Ids of the processes that a process has started and that run. */
export function childrenOf(pid: number | undefined): string[] {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return all.flatMap((line) => {
    const [child = '', parent] = line.trim().split(/\s+/);
    return parent === String(pid) ? [child] : [];
  });
}

/** Whether there is such a process. */
export function runs(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}
