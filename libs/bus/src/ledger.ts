import type { Bus } from './bus.ts';
import { encodeJson } from './json.ts';
import type { ConnectorId, LedgerEntryKind } from './names.ts';

/** Keeps an entry for 30 days. With `id` a repeat of the same entry is stored once. Never put a secret or a message's text in. */
export async function appendLedger(
  entry: { what: LedgerEntryKind; connector: ConnectorId; id?: string; data: object },
  bus: Pick<Bus, 'append' | 'names'>,
): Promise<void> {
  const subject = bus.names.ledger(entry.what, entry.connector);
  await bus.append(subject, encodeJson(entry.data), entry.id ? { messageId: `${entry.what}:${entry.id}` } : {});
}
