import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

/** What is asked of the server. */
export interface Question {
  subject: string;
  payload: string | Uint8Array;
  headers?: MsgHdrs | undefined;
  timeoutMs: number;
}

/** `nobody` listens there (for JetStream: it is not enabled, or not yet), or no answer came in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly reason: 'nobody' | 'timeout';

  constructor(reason: 'nobody' | 'timeout', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Questions with one answer each. */
export type Ask = (question: Question) => Promise<Msg>;

const sweepEveryMs = 100;
const noResponders = 503;

/**
 * Questions and answers over one subscription of our own.
 *
 * The client's `request` does the same, but makes an error with its stack for each answer that arrives and a timer for each question:
 * an eighth of what a busy process has to do. Here one timer watches over all, so a time-out is exact to a tenth of a second.
 */
export function createAsk(nc: NatsConnection): Ask {
  const inbox = createInbox();
  const open = new Map<string, { answer: (message: Msg) => void; fail: (error: Error) => void; deadline: number }>();
  let sweeping: NodeJS.Timeout | undefined;
  let asked = 0;

  nc.subscribe(`${inbox}.*`, {
    callback(error, message) {
      if (error) return;
      const id = message.subject.slice(inbox.length + 1);
      const waiting = open.get(id);
      if (!waiting) return;
      open.delete(id);
      if (message.data.length === 0 && message.headers?.code === noResponders) {
        return waiting.fail(new NoAnswerError('nobody', 'Nobody answers there: JetStream is not enabled, or not yet.'));
      }
      waiting.answer(message);
    },
  });

  function sweep(): void {
    const now = performance.now();
    for (const [id, { fail, deadline }] of open) {
      if (deadline > now) continue;
      open.delete(id);
      fail(new NoAnswerError('timeout', 'No answer came in time.'));
    }
    sweeping = open.size > 0 ? setTimeout(sweep, sweepEveryMs) : undefined;
  }

  return ({ subject, payload, headers, timeoutMs }) =>
    new Promise((answer, fail) => {
      const id = (asked++).toString(36);
      nc.publish(subject, payload, { reply: `${inbox}.${id}`, ...(headers && { headers }) });
      open.set(id, { answer, fail, deadline: performance.now() + timeoutMs });
      sweeping ??= setTimeout(sweep, sweepEveryMs);
    });
}
