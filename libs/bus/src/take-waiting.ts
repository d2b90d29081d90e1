import type { OrderedReader } from './ordered-reader.ts';
import type { StoredMessage } from './stored-message.ts';

/** What waits for a reader when it is opened, up to `most` messages and nothing that comes later. */
export async function takeWaiting(opening: Promise<OrderedReader>, most: number): Promise<StoredMessage[]> {
  const reader = await opening;
  const taken: StoredMessage[] = [];
  const wanted = Math.min(reader.pending, most);
  try {
    if (wanted === 0) return taken;
    for await (const message of reader.messages) if (taken.push(message) >= wanted) break;
    return taken;
  } finally {
    await reader.stop();
  }
}
