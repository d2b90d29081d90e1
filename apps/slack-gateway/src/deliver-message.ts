import { z } from 'zod';
import type { MessageAt } from './render-step.ts';
import { errorClass } from './slack-errors.ts';
import type { SlackAnswer } from './web-client.ts';

/** A call of a method with the account and the signal of whatever it is part of. */
export type SlackCall = (method: string, args: Record<string, unknown>) => Promise<SlackAnswer>;

const posted = z.looseObject({ channel: z.string().min(1), ts: z.string().min(1) });

/** Where a message stands, from the answer to the call that made it. */
export function messageIn(body: unknown): MessageAt | undefined {
  const { channel, ts } = posted.safeParse(body).data ?? {};
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

/** Edits a message; a stream that is still open is closed first, because Slack edits none. */
export async function updateMessage(args: MessageAt & Record<string, unknown>, call: SlackCall): Promise<SlackAnswer> {
  const answer = await call('chat.update', args);
  if (answer.kind !== 'error' || answer.error !== 'streaming_state_conflict') return answer;
  const stopped = await call('chat.stopStream', { channel: args.channel, ts: args.ts });
  const isOver = stopped.kind === 'error' && errorClass(stopped.error) === 'not_now';
  return stopped.kind === 'ok' || isOver ? call('chat.update', args) : stopped;
}
