import type { DeliveryStore } from './delivery-store.ts';
import type { SidecarLog } from './log.ts';
import { runtimeVersion } from './protocol.ts';
import { deliveryAnswerSchema, type Delivery, type DeliveryAnswer } from './runtime-contract.ts';
import { SidecarError } from './sidecar-error.ts';

/** Says one delivery on the platform. Returning is a promise that the platform has it; see `retryable` and `terminal` else. */
export type Deliver = (delivery: Delivery) => Promise<DeliveryAnswer | void> | DeliveryAnswer | void;

export interface DeliverOnce {
  /** The same id that is under way joins it; one that ended gets the remembered answer. Never rejects. */
  deliver(delivery: Delivery): Promise<DeliveryAnswer>;
  isUnderWay(deliveryId: string): boolean;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Runs each delivery once, however often it comes and however many at a time. */
export function deliverOnce(deps: { deliver: Deliver; store: DeliveryStore; log: SidecarLog }): DeliverOnce {
  const underWay = new Map<string, Promise<DeliveryAnswer>>();

  async function run(delivery: Delivery): Promise<DeliveryAnswer> {
    const { delivery_id } = delivery;
    try {
      const known = await deps.store.get(delivery_id);
      if (known) return known;
    } catch (error) {
      deps.log.error('delivery store cannot be read', { delivery_id, error });
      return { status: 'retryable_error', detail: 'The memory of deliveries cannot be read.' };
    }
    const answer = await attempt(delivery, deps);
    if (answer.status !== 'retryable_error') await remember(delivery_id, answer);
    return answer;
  }

  async function remember(delivery_id: string, answer: DeliveryAnswer): Promise<void> {
    try {
      await deps.store.put(delivery_id, answer);
    } catch (error) {
      // The platform has it: saying anything else would have it sent again.
      deps.log.error('delivery store cannot be written', { delivery_id, error });
    }
  }

  return {
    deliver(delivery) {
      const { delivery_id } = delivery;
      const earlier = underWay.get(delivery_id);
      if (earlier) return earlier;
      const answer = run(delivery).finally(() => underWay.delete(delivery_id));
      underWay.set(delivery_id, answer);
      return answer;
    },
    isUnderWay: (deliveryId) => underWay.has(deliveryId),
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay.values());
    },
  };
}

async function attempt(
  delivery: Delivery,
  { deliver, log }: { deliver: Deliver; log: SidecarLog },
): Promise<DeliveryAnswer> {
  const { delivery_id, attempt: number } = delivery;
  try {
    // JavaScript may return anything, the platform's own message for one: returning means committed.
    return short(deliveryAnswerSchema.safeParse(await deliver(delivery)).data ?? { status: 'committed' });
  } catch (error) {
    if (error instanceof SidecarError) {
      return short({ status: error.terminal ? 'terminal_error' : 'retryable_error', detail: error.message });
    }
    log.error('delivery failed unexpectedly', { delivery_id, attempt: number, error });
    return { status: 'retryable_error', detail: 'Unexpected error; the log of the sidecar has it.' };
  }
}

const longestDetail = 1_000;

const short = ({ status, detail }: DeliveryAnswer): DeliveryAnswer =>
  detail === undefined ? { status } : { status, detail: detail.slice(0, longestDetail) };

/** Why a version of the runtime contract is refused. */
export const unsupportedVersion = (): string => `unsupported protocol_version; this sidecar speaks ${runtimeVersion}`;
