import type { Receipt } from '@trunkline/events';
import type { Bus } from './bus.ts';
import { encodeJson } from './json.ts';
import type { ConnectorId } from './names.ts';
import { hashToken, token } from './token.ts';

/** Which event a receipt is of; ids are unique within a connector. */
export interface ReceiptOf {
  connector: ConnectorId;
  eventId: string;
}

const receiptKey = ({ connector, eventId }: ReceiptOf) =>
  `${token(connector.kind)}.${token(connector.name)}.${hashToken(eventId)}`;

/** What became of an event, for as long as its id is taken; `undefined` while it is not routed yet. */
export async function readReceipt(of: ReceiptOf, bus: Pick<Bus, 'bucket'>): Promise<Receipt | undefined> {
  const entry = await bus.bucket<Receipt>('receipts').get(receiptKey(of));
  return entry?.value;
}

/** Keeps a receipt and tells the gateway instance that waits for it, if one does. */
export async function writeReceipt(
  receipt: ReceiptOf & { receipt: Receipt; replyInstance?: string },
  bus: Pick<Bus, 'bucket' | 'publish' | 'names'>,
): Promise<void> {
  const key = receiptKey(receipt);
  await bus.bucket<Receipt>('receipts').put(key, receipt.receipt);
  if (!receipt.replyInstance) return;
  bus.publish(bus.names.receipts(receipt.connector.kind, receipt.replyInstance), encodeJson(receipt.receipt), {
    'Tl-Receipt': key,
  });
}

/** Waits for receipts of events that this process stored: one subscription, however many wait. */
export interface ReceiptListener {
  readonly instance: string;
  /** Begin before the event is stored, or its receipt may pass unheard. `undefined` when none came in time. */
  expect(of: ReceiptOf): { within(ms: number): Promise<Receipt | undefined>; cancel(): void };
  stop(): void;
}

/** Listens for events of a gateway's kind, or of any, under this instance's name; it goes with the event as `replyInstance`. */
export function listenForReceipts(
  { kind, instance }: { kind?: string; instance: string },
  bus: Pick<Bus, 'subscribe' | 'names'>,
): ReceiptListener {
  const waiting = new Map<string, Set<(receipt: Receipt) => void>>();
  const { names } = bus;
  const subject = kind === undefined ? names.receiptsOfAnyKind(instance) : names.receipts(kind, instance);
  const subscription = bus.subscribe(subject, (message) => {
    const waiters = waiting.get(message.headers['Tl-Receipt'] ?? '');
    if (waiters) for (const resolve of waiters) resolve(message.json() as Receipt);
  });
  return {
    instance,
    expect(of) {
      const key = receiptKey(of);
      const { promise, resolve } = Promise.withResolvers<Receipt | undefined>();
      const waiters = waiting.get(key) ?? new Set();
      waiting.set(key, waiters.add(resolve));
      const cancel = () => {
        waiters.delete(resolve);
        if (waiters.size === 0 && waiting.get(key) === waiters) waiting.delete(key);
        resolve(undefined);
      };
      return {
        cancel,
        async within(ms) {
          const timer = setTimeout(cancel, ms);
          const receipt = await promise;
          clearTimeout(timer);
          cancel();
          return receipt;
        },
      };
    },
    stop: () => subscription.stop(),
  };
}
