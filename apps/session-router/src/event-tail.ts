import type { Bus } from '@trunkline/bus';
import { LRUCache } from 'lru-cache';

/** What this router saw being stored, whoever judges it. */
export interface EventTail {
  /** True if it is certain that a conversation has no event between two sequences, both left out. False says nothing. */
  nothingBetween(conversation: string, sequences: { after: number; before: number }): boolean;
  stop(): void;
}

interface Seen {
  /** Every event of the conversation from this sequence on is in `seqs`. */
  from: number;
  seqs: number[];
}

const mostConversations = 50_000;
const mostOfOne = 64;

/**
 * Follows the subjects of EVENTS, so that the log need not be asked whether an event is its conversation's next one.
 *
 * It is a shortcut: what it does not know is read from the log. It knows from its beginning on, and forgets with the connection.
 */
export function followEventTail(bus: Pick<Bus, 'tail' | 'names'>): EventTail {
  let from = Infinity;
  let upTo = 0;
  const conversations = new LRUCache<string, Seen>({
    max: mostConversations,
    dispose: ({ seqs }, _, reason) => {
      // Who comes back later may have had events up to here.
      if (reason === 'evict') from = Math.max(from, (seqs.at(-1) ?? 0) + 1);
    },
  });

  const tail = bus.tail('EVENTS', bus.names.allEvents, {
    onBegin(seq) {
      from = seq;
      upTo = seq - 1;
    },
    onMessage({ subject, seq }) {
      const conversation = bus.names.conversationOf(subject);
      const seen = conversations.get(conversation) ?? { from, seqs: [] };
      seen.seqs.push(seq);
      if (seen.seqs.length > mostOfOne) seen.from = (seen.seqs.shift() ?? seq) + 1;
      conversations.set(conversation, seen);
      upTo = seq;
    },
    onBreak() {
      from = Infinity;
      conversations.clear();
    },
  });

  return {
    nothingBetween(conversation, { after, before }) {
      const seen = conversations.get(conversation);
      if (after + 1 < (seen?.from ?? from) || before - 1 > upTo) return false;
      return !seen?.seqs.some((seq) => seq > after && seq < before);
    },
    stop: () => tail.stop(),
  };
}
