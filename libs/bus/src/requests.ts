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

/** Questions with one answer each, but for `series`. */
export interface Ask extends Asking {
  /** The server refused to take what was published to `subject`: nobody waits for its answers any more. */
  refuse(subject: string, error: Error): void;
}

interface Asking {
  (question: Question): Promise<Msg>;
  /** A question with any number of answers, of which the last is a status. */
  series(question: Question): Promise<Msg[]>;
  /** Many at once, cheaper than one by one: each with its answer or why there is none, in their order. */
  all(questions: readonly Question[]): Promise<(Msg | Error)[]>;
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
      if (!waiting || waiting.goesOn?.(message)) return;
      open.delete(id);
      if (message.data.length === 0 && statusOf(message) === noResponders) {
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

  function put({ subject, payload, headers, timeoutMs }: Question, hear: Hear, goesOn?: GoesOn): void {
    const id = (asked++).toString(36);
    nc.publish(subject, payload, { reply: `${inbox}.${id}`, ...(headers && { headers }) });
    open.set(id, { subject, hear, goesOn, deadline: performance.now() + timeoutMs });
    sweeping ??= setTimeout(sweep, sweepEveryMs);
  }

  return Object.assign(asking(put), { refuse });
}

/** The ways to ask, given how a question is put. */
function asking(put: (question: Question, hear: Hear, goesOn?: GoesOn) => void): Asking {
  const one = (question: Question) =>
    new Promise<Msg>((resolve, reject) => {
      put(question, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });

  const series = (question: Question) =>
    new Promise<Msg[]>((resolve, reject) => {
      const answers: Msg[] = [];
      put(
        question,
        (answer) => (answer instanceof Error ? reject(answer) : resolve([...answers, answer])),
        (answer) => statusOf(answer) === 0 && answers.push(answer) > 0,
      );
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

  return Object.assign(one, { series, all });
}

/** 0 where there is none. */
export const statusOf = ({ headers }: Msg): number => headers?.code ?? 0;

/** Heard once: the answer, or why there is none. */
type Hear = (answer: Msg | Error) => void;
/** True for an answer that others come after. */
type GoesOn = (answer: Msg) => boolean;

interface Waiting {
  subject: string;
  hear: Hear;
  goesOn: GoesOn | undefined;
  deadline: number;
}
