import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Subscription } from './bus.ts';
import { BusUnavailableError } from './errors.ts';
import { decodeJson, encodeJson } from './json.ts';
import type { Link } from './link.ts';
import type { BusLog } from './log.ts';
import { NoAnswerError, type Ask } from './requests.ts';

/** What came of a question to other processes. `nobody`: none of them runs; `timeout`: one that heard it did not answer in time. */
export type Asked = { outcome: 'answered'; answer: unknown } | { outcome: 'nobody' } | { outcome: 'timeout' };

/** Asks one question. Throws BusUnavailableError when the bus itself is away, for only then nothing is known. */
export async function askProcesses(
  { subject, question, timeoutMs }: { subject: string; question: unknown; timeoutMs: number },
  { ask, link }: { ask: Ask; link: Link },
): Promise<Asked> {
  const payload = encodeJson(question);
  try {
    const message = await link.ask(() => ask({ subject, payload, timeoutMs }));
    return { outcome: 'answered', answer: decodeJson(message.data) };
  } catch (cause) {
    if (cause instanceof NoAnswerError) return { outcome: cause.reason };
    throw new BusUnavailableError(`Asking on ${subject}`, cause);
  }
}

interface Answering {
  subject: string;
  queue: string | undefined;
  handler: (question: unknown) => Promise<unknown>;
}

/** Answers the questions that arrive on a subject, any number at a time. */
export function answerQuestions(
  { subject, queue, handler }: Answering,
  { nc, log }: { nc: NatsConnection; log: BusLog },
): Subscription {
  async function answer(message: Msg): Promise<void> {
    try {
      message.respond(encodeJson(await handler(decodeJson(message.data))));
    } catch (error) {
      log.error({ subject, err: error }, 'question.not-answered');
    }
  }
  const subscription = nc.subscribe(subject, {
    ...(queue !== undefined && { queue }),
    callback(error, message) {
      if (error) return log.warn({ subject, err: error }, 'subscription.failed');
      void answer(message);
    },
  });
  return { stop: () => subscription.unsubscribe() };
}
