import type { DeliveryAnswer } from './runtime-contract.ts';

/**
 * Remembers how deliveries ended, so that one that comes again is not said twice.
 *
 * Only final answers are put. Kept in memory unless a sidecar brings a durable one.
 */
export interface DeliveryStore {
  get(deliveryId: string): Promise<DeliveryAnswer | undefined> | DeliveryAnswer | undefined;
  put(deliveryId: string, answer: DeliveryAnswer): Promise<void> | void;
}

/** The last `capacity` answers, for as long as the process lives. */
export function memoryDeliveryStore(capacity = 10_000): DeliveryStore {
  const answers = new Map<string, DeliveryAnswer>();
  return {
    get: (deliveryId) => answers.get(deliveryId),
    put(deliveryId, answer) {
      answers.set(deliveryId, answer);
      const [oldest] = answers.keys();
      if (answers.size > capacity && oldest !== undefined) answers.delete(oldest);
    },
  };
}
