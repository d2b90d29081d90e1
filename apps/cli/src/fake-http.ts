import { once } from 'node:events';
import { openReplyTerminal, replyLine } from './reply-terminal.ts';
import type { Terminal } from './terminal.ts';

export interface FakeHttpFlags {
  host: string;
  port: number;
}

/** Receives webhooks until `signal` aborts and shows each delivery once. */
export async function fakeHttp(
  { host, port }: FakeHttpFlags,
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
): Promise<void> {
  const replies = await openReplyTerminal({ host, port }, (reply) =>
    terminal.out(terminal.json ? JSON.stringify(reply) : replyLine(reply)),
  );
  terminal.err(`A webhook receiver is at ${replies.url}.`);
  if (!signal.aborted) await once(signal, 'abort');
  replies.close();
}
