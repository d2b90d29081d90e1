import { AppError } from '@trunkline/errors';

/** No record of this delivery is kept: it never existed, or was settled more than 48 h ago. */
export class DeliveryNotFoundError extends AppError {
  readonly code = 'DELIVERY_NOT_FOUND';

  constructor(deliveryId: string) {
    super(`Delivery ${deliveryId} is not known.`, {
      fix: 'Settled deliveries can be replayed for 48 h; the ledger says for 30 days what became of older ones. Publish a new output instead.',
    });
  }
}

/** Written by a newer version: not ours to judge, so it waits for a gateway that understands it. */
export class DeliveryVersionUnknownError extends AppError {
  readonly code = 'DELIVERY_VERSION_UNKNOWN';

  constructor(subject: string, seq: number) {
    super(`The delivery at ${subject}, sequence ${seq}, is of a newer major version.`, {
      fix: 'Update this gateway; the delivery and those behind it wait meanwhile.',
    });
  }
}
