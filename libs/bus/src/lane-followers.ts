import { decodeJson } from './json.ts';
import type { StoredMessage } from './stored-message.ts';

const maxBytes = 256 * 1024;
/** What a message costs beside its payload, roughly. */
const overheadBytes = 500;

/** What is held of one key: its next messages without a gap. `isCut`: later ones were seen that are not held. */
interface Queue {
  messages: StoredMessage[];
  isCut: boolean;
}

/**
 * The messages of one lane that were read while their key was busy, as many as fit into 256 KiB.
 *
 * Of each key the first ones are held and never one behind a gap, so what is held is what comes next; the rest stays in the stream.
 */
export class LaneFollowers {
  readonly #queues = new Map<string, Queue>();
  #bytes = 0;

  /** A message that was read as the newest of its key. */
  add(key: string, message: StoredMessage): void {
    const queue = this.#queues.get(key) ?? { messages: [], isCut: false };
    this.#queues.set(key, queue);
    queue.isCut ||= !this.#hasRoomFor(message);
    if (!queue.isCut) this.#hold(queue, message);
  }

  /** What was fetched of a key of which nothing is held any more, without a gap. There may be later ones. */
  refill(key: string, messages: readonly StoredMessage[]): void {
    const queue: Queue = { messages: [], isCut: true };
    this.#queues.set(key, queue);
    for (const message of messages) {
      if (!this.#hasRoomFor(message)) return;
      this.#hold(queue, message);
    }
  }

  /** The key's next message after `seq`, if it is held. */
  take(key: string, seq: number): StoredMessage | undefined {
    const queue = this.#queues.get(key);
    for (let message = queue?.messages.shift(); message; message = queue?.messages.shift()) {
      this.#bytes -= sizeOf(message);
      if (message.seq > seq) return message;
    }
    return undefined;
  }

  /** Nothing more of the key was seen. */
  forget(key: string): void {
    for (const message of this.#queues.get(key)?.messages ?? []) this.#bytes -= sizeOf(message);
    this.#queues.delete(key);
  }

  #hasRoomFor = (message: StoredMessage) => this.#bytes + sizeOf(message) <= maxBytes;

  #hold(queue: Queue, message: StoredMessage): void {
    queue.messages.push(detached(message));
    this.#bytes += sizeOf(message);
  }
}

const sizeOf = ({ payload }: StoredMessage) => payload.length + overheadBytes;

/** A copy: the message as it arrived keeps the whole read from the socket that it came in. */
function detached(message: StoredMessage): StoredMessage {
  const payload = Buffer.from(message.payload);
  return { ...message, payload, json: () => decodeJson(payload) };
}
