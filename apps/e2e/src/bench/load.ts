import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What to post, where, and how fast. */
export interface LoadOrder {
  /** Whose requests. */
  kind: 'http' | 'slack' | 'telegram' | 'external' | 'external_batch';
  port: number;
  /** Makes the event ids of different runs differ, where they are not numbered. */
  run: string;
  connections: number;
  conversations: number;
  durationMs: number;
  /** Most requests; they are signed beforehand. */
  count: number;
  /** Requests a second, whatever the answers do; without it as fast as answers come. */
  rate?: number;
  /** Base URLs that answers go to, by conversation. */
  replyTo?: readonly string[];
}

/** What one run came to. Only answers of 2xx count as answered. */
export interface LoadResult {
  answered: number;
  failed: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** The load generator, a process of its own. */
export interface LoadGenerator extends AsyncDisposable {
  /** One run at a time. Throws when anything was answered with an error: such a figure would mean nothing. */
  run(order: LoadOrder): Promise<LoadResult>;
}

/** Starts the load generator; it ends with the scope. */
export async function startLoadGenerator(): Promise<LoadGenerator> {
  const child = fork(join(import.meta.dirname, 'load-generator.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const answer = async <T>() => {
    const first = await Promise.race([once(child, 'message'), exit.then(() => undefined)]);
    if (!first) throw new Error('The load generator ended.');
    return first[0] as T;
  };
  await answer<'ready'>();
  return {
    async run(order) {
      child.send(order);
      const result = await answer<LoadResult>();
      if (result.failed > 0)
        throw new Error(`${result.failed} of ${result.failed + result.answered} requests failed (run ${order.run}).`);
      return result;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}
