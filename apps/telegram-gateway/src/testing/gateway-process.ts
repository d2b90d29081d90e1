import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '@trunkline/testing';

/** A gateway in a process of its own, as it is run in production. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  /** Lines of its log, parsed. */
  readonly lines: readonly Record<string, unknown>[];
  /** Whether it looks after a bot, by what it has logged. */
  owns(bot: string): boolean;
  /** Freezes it: its connections stay open, nothing in it goes on. */
  pause(): void;
  resume(): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Starts `main.ts` and returns when it listens. */
export async function startGateway(options: { natsUrl: string; connectors: string }): Promise<GatewayProcess> {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const args = [main, '--port', '0', '--ops-port', '0', '--nats-url', options.natsUrl, '--no-log-pretty'];
  const env = { ...process.env, CONNECTORS_CONFIG: options.connectors };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const listening = await waitFor(() => lines.find(({ message }) => message === 'ingress.listening'), {
    what: 'the gateway to listen',
    timeoutMs: 60_000,
  });
  return {
    url: `http://127.0.0.1:${String(listening['port'])}`,
    lines,
    owns(bot) {
      const about = lines.filter(({ lease, message }) => lease === bot && String(message).startsWith('lease.'));
      return about.findLast(({ message }) => message !== 'lease.work-ended-early')?.['message'] === 'lease.gained';
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
