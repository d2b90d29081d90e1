import { randomUUID } from 'node:crypto';
import { encodeJson, type Bus } from '@trunkline/bus';
import type { StepOutcome } from '@trunkline/deliveries';
import { readDelivery, type Delivery } from '@trunkline/events';
import { z } from 'zod';

/** One try of a delivery, as it is handed to the replica that runs the child. */
export interface RelayedStep {
  delivery: Delivery;
  /** What the sidecar recognizes a repeat by. */
  deliveryId: string;
  attempt: number;
  traceparent?: string;
}

/** Hands steps of deliveries to other replicas: a child process listens on the loopback of one machine alone. */
export interface Relay {
  ask(gateway: string, step: RelayedStep, signal: AbortSignal): Promise<StepOutcome>;
  stop(): void;
}

export interface RelayDeps {
  instance: string;
  bus: Pick<Bus, 'names' | 'publish' | 'subscribe' | 'log'>;
  /** Tries a step here. */
  serve(step: RelayedStep): Promise<StepOutcome>;
  /** How long the other replica may take. */
  timeoutMs: number;
}

const header = { id: 'Tl-Relay-Id', from: 'Tl-Relay-From', key: 'Tl-Relay-Key', attempt: 'Tl-Relay-Attempt' } as const;

const facts = { code: z.string(), reason: z.string(), status: z.int().optional() };
const outcomeSchema = z.union([
  z.object({ outcome: z.literal('delivered'), status: z.int().optional() }),
  z.object({ outcome: z.literal('retry'), afterMs: z.number().optional(), ...facts }),
  z.object({ outcome: z.enum(['refused', 'blamed', 'park', 'disable_target', 'unknown']), ...facts }),
]);

const noAnswer: StepOutcome = {
  outcome: 'unknown',
  code: 'relay_silent',
  reason: 'The replica that runs the sidecar did not answer.',
};

/** Opens this replica's end: it asks others, and answers them, over core NATS (`tl.relay.external.<instance>`). */
export function openRelay({ instance, bus, serve, timeoutMs }: RelayDeps): Relay {
  const waiting = new Map<string, (outcome: StepOutcome) => void>();

  async function answer(headers: Record<string, string>, document: unknown): Promise<void> {
    const read = readDelivery(document);
    const { [header.id]: id = '', [header.from]: from = '', [header.key]: deliveryId = '', traceparent } = headers;
    if (!read.ok) return;
    const attempt = Number(headers[header.attempt]);
    const step = { delivery: read.value, deliveryId, attempt, ...(traceparent !== undefined && { traceparent }) };
    const outcome = await serve(step);
    bus.publish(bus.names.relay('external', from), encodeJson(outcome), { [header.id]: id });
  }

  const subscription = bus.subscribe(bus.names.relay('external', instance), (message) => {
    const { headers } = message;
    if (headers[header.from] !== undefined) {
      answer(headers, message.json()).catch((err: unknown) => bus.log.warn({ err }, 'relay.not-answered'));
      return;
    }
    const read = outcomeSchema.safeParse(message.json());
    if (read.success) waiting.get(headers[header.id] ?? '')?.(read.data as StepOutcome);
  });

  return {
    stop: () => subscription.stop(),
    ask(gateway, { delivery, deliveryId, attempt, traceparent }, signal) {
      return new Promise((resolve) => {
        const id = randomUUID();
        const settle = (outcome: StepOutcome) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          waiting.delete(id);
          resolve(outcome);
        };
        const onAbort = () => settle(noAnswer);
        const timer = setTimeout(onAbort, timeoutMs);
        signal.addEventListener('abort', onAbort);
        waiting.set(id, settle);
        bus.publish(bus.names.relay('external', gateway), encodeJson(delivery), {
          [header.id]: id,
          [header.from]: instance,
          [header.key]: deliveryId,
          [header.attempt]: String(attempt),
          ...(traceparent !== undefined && { traceparent }),
        });
      });
    },
  };
}
