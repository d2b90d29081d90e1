import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a sender proves who it is with: both are asked for. */
export interface SenderSecrets {
  bearer: string;
  /** `whsec_...`, as Standard Webhooks writes it. */
  signing: string;
}

/** What a gateway said to a post; status 0 is no answer at all. */
export interface Answered {
  status: number;
  body: string;
}

/** An event of the steady stream and what became of it in the end. */
export interface SentEvent extends Answered {
  id: string;
  /** Which of the sender's secrets it was signed with. */
  by: string;
  gateway: string;
  /** When its first attempt began. */
  at: number;
}

/** Posts one event to a connector as a well-behaved sender does. */
export async function postSigned(
  at: { gateway: string; connector: string; id?: string },
  secrets: SenderSecrets,
): Promise<Answered> {
  const id = at.id ?? `once-${Math.random()}`;
  const body = JSON.stringify({ content: id, binding_keys: [`sender-${id.length % 7}`] });
  try {
    const response = await fetch(`${at.gateway}/v1/connectors/http/${at.connector}`, {
      method: 'POST',
      headers: { ...signedHeaders(id, body, secrets), ...(at.id !== undefined && { 'idempotency-key': id }) },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}

function signedHeaders(id: string, body: string, { bearer, signing }: SenderSecrets): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(signing.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    authorization: `Bearer ${bearer}`,
    prefer: 'wait=0',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Posts events at a fixed rate, whatever comes back, until it is stopped. */
export interface SteadySender {
  /** Secrets by the name that `SentEvent.by` shows; they are used in turn. */
  secrets: Map<string, SenderSecrets>;
  /** Gateways in turn, as a load balancer knows them. */
  gateways: string[];
  readonly sent: readonly SentEvent[];
  /** Attempts that were made again, since nobody answered or the answer was to come later. */
  readonly repeats: () => number;
  /** Resolves when every event has its final answer. */
  stop(): Promise<void>;
}

const beatMs = 50;

/** Begins to send. An event whose gateway does not answer is sent to the next one, with the same id. */
export function startSteadySender(options: {
  connector: string;
  perSecond: number;
  gateways: readonly string[];
  secrets: Record<string, SenderSecrets>;
}): SteadySender {
  const { connector, perSecond } = options;
  const sent: SentEvent[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  let repeats = 0;
  const startedAt = performance.now();
  const sender: SteadySender = {
    secrets: new Map(Object.entries(options.secrets)),
    gateways: [...options.gateways],
    sent,
    repeats: () => repeats,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };

  async function sendOne(n: number): Promise<void> {
    const [by, secrets] = [...sender.secrets][n % sender.secrets.size] ?? [];
    if (by === undefined || secrets === undefined) throw new Error('There is no secret to sign with.');
    const event = { id: `steady-${n}`, by, at: Date.now() };
    for (let attempt = 0; ; attempt++) {
      const gateway = sender.gateways[(n + attempt) % sender.gateways.length] ?? '';
      const answered = await postSigned({ gateway, connector, id: event.id }, secrets);
      const again = answered.status === 0 || answered.status === 429 || answered.status >= 500;
      if (!again || attempt > 100) return void sent.push({ ...event, gateway, ...answered });
      repeats += 1;
      await sleep(100);
    }
  }

  // By the clock: a beat that comes late sends what the ones before it did not.
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    while (count < due) {
      const one = sendOne(count++).finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }, beatMs);
  return sender;
}
