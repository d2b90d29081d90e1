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
export interface Ask {
  (question: Question): Promise<Msg>;
  /** Many at once, cheaper than one by one: each with its answer or why there is none, in their order. */
  all(questions: readonly Question[]): Promise<(Msg | Error)[]>;
  /** The server refused to take what was published to `subject`: nobody waits for its answers any more. */
  refuse(subject: string, error: Error): void;
}

const sweepEveryMs = 100;
const noResponders = 503;

/**
 * Questions and answers over one subscription of our own.
 *
 * The client's `request` does the same, but makes an error with its stack for each answer that arrives and a timer for each question:
 * an eighth of what a busy process has to do. Here one timer watches over all, so a time-out is exact to a tenth of a second.
 */
export function createAsk(nc: NatsConnection, inboxPrefix: string): Ask {
  const inbox = createInbox(inboxPrefix);
  const open = new Map<string, Waiting>();
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
        return waiting.hear(new NoAnswerError('nobody', 'Nobody answers there: JetStream is not enabled, or not yet.'));
      }
      waiting.hear(message);
    },
  });

  function sweep(): void {
    const now = performance.now();
    for (const [id, { hear, deadline }] of open) {
      if (deadline > now) continue;
      open.delete(id);
      hear(new NoAnswerError('timeout', 'No answer came in time.'));
    }
    sweeping = open.size > 0 ? setTimeout(sweep, sweepEveryMs) : undefined;
  }

  function refuse(subject: string, error: Error): void {
    for (const [id, waiting] of open) {
      if (waiting.subject !== subject) continue;
      open.delete(id);
      waiting.hear(error);
    }
  }

  function put({ subject, payload, headers, timeoutMs }: Question, hear: Waiting['hear']): void {
    const id = (asked++).toString(36);
    nc.publish(subject, payload, { reply: `${inbox}.${id}`, ...(headers && { headers }) });
    open.set(id, { subject, hear, deadline: performance.now() + timeoutMs });
    sweeping ??= setTimeout(sweep, sweepEveryMs);
  }

  const one = (question: Question) =>
    new Promise<Msg>((resolve, reject) => {
      put(question, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });

  const all = (questions: readonly Question[]) =>
    new Promise<(Msg | Error)[]>((resolve) => {
      const answers: (Msg | Error)[] = new Array(questions.length);
      let missing = questions.length;
      if (missing === 0) return resolve(answers);
      questions.forEach((question, index) => {
        put(question, (answer) => {
          answers[index] = answer;
          if (--missing === 0) resolve(answers);
        });
      });
    });

  return Object.assign(one, { all, refuse });
}

interface Waiting {
  subject: string;
  /** Heard once: the answer, or why there is none. */
  hear(answer: Msg | Error): void;
  deadline: number;
}
