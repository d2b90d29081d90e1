import type { Terminal } from './terminal.ts';

const width = 20;

/** Shows how far long work is, a line for each step. */
export function createProgress(steps: number, terminal: Terminal): { step(what: string): void } {
  let done = 0;
  return {
    step(what) {
      done += 1;
      if (terminal.json) return;
      const filled = Math.round((done / steps) * width);
      terminal.err(`[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${steps}  ${what}`);
    },
  };
}
